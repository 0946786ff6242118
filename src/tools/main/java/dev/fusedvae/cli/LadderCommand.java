package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.lab.Conditions;
import dev.fusedvae.lab.Ladder;
import dev.fusedvae.results.Json;
import dev.fusedvae.results.Program;
import dev.fusedvae.run.CudaChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The variants of an op side by side.
@Command(name = "ladder", description = {"Verify the variants of an op side by side; on a GPU also time them.",
    "Times are by device events, L2 warm and cold, beside the roof and cuBLAS."},
        footer = {"  ${ROOT-COMMAND-NAME} ladder linear_bias_act", "  ${ROOT-COMMAND-NAME} ladder latent_grad --kernels my-kernels --shape 128x784-400-20-400-784"})
final class LadderCommand extends FvaeCommand {
    private static final int SHOWN = 3;

    @Parameters(index = "0", paramLabel = "OP", description = "the op: `${ROOT-COMMAND-NAME} kernels` lists them")
    String op = "";

    @Option(names = "--backend", paramLabel = "NAME", order = 1, description = "cuda, the only backend with variants; with FVAE_CUDA=simt in the environment, the"
            + " SIMT device, on which nothing is timed (default: cuda, on the SIMT device where there is no GPU)")
    Optional<String> backend = Optional.empty();

    @Option(names = "--device", hidden = true)
    Optional<String> device = Optional.empty();

    @Option(names = "--shape", paramLabel = "SHAPE", order = 2, description = "as verify takes it; may be repeated")
    List<String> shapes = List.of();

    @Option(names = "--time-shape", paramLabel = "SHAPE", order = 3, description = "time at this shape, verify at the usual small ones; may be repeated")
    List<String> timeShapes = List.of();

    @Option(names = "--out", paramLabel = "FILE", order = 4, description = "write every time to a results file; needs a GPU")
    Optional<Path> out = Optional.empty();

    @Option(names = "--kernels", paramLabel = "DIR", order = 5, description = "a folder of kernel variants beside the built-in ones")
    Optional<Path> kernels = Optional.empty();

    LadderCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        device.ifPresent(name -> {
            throw VerifyDevice.gone(name, Program.name() + " ladder");
        });
        UsageException.require(!backend.equals(Optional.of("cpu")),
                "the cpu backend has no variants to compare; `%s explain --time --backend cpu` shows what its calls take", Program.name());
        Kind kind = VerifyCommand.kind(op);
        out.ifPresent(Outputs::file);
        VerifyDevice on = VerifyDevice.of(backend, kernels, terminal.env(), note -> say("%s", note));
        Ladder.Climbed climbed = UsageException.value(() -> Ladder.climb(opener(on), kind, shapes, timeShapes));
        UsageException.require(!climbed.rungs().isEmpty(), "the cuda backend has no kernel for %s, so it has no variants to compare", op);
        if (climbed.timed()) {
            out.ifPresent(file -> climbed.results(Conditions.of(climbed.device(), LabOptions.root())).write(file));
        }
        if (json) {
            print(tree(climbed));
        } else {
            table(climbed, on);
        }
        return climbed.passed() ? Exit.OK : Exit.WRONG;
    }

    private static Ladder.Opener opener(VerifyDevice on) {
        return new Ladder.Opener() {
            @Override
            public Backend variant(Kind kind, String variant) {
                return on.open(Optional.of(kind), variant);
            }

            @Override
            public Backend cublas() {
                return CudaBackend.open(on.environment(), CudaChoice.DEFAULT.withVendor(Set.of(CudaChoice.Vendor.GEMM)));
            }
        };
    }

    private void table(Ladder.Climbed climbed, VerifyDevice on) {
        print("%s on %s".formatted(op, climbed.device()));
        TextTable verified = new TextTable("variant", "calls", "values", "worst", "").right(1, 2, 3);
        climbed.rungs().forEach(r -> verified.row(r.variant(), String.valueOf(r.report().calls()), "%,d".formatted(r.report().values()),
                String.format(Locale.ROOT, "%.2f", r.report().worst()), r.report().passed() ? "ok" : "FAIL"));
        verified.lines().forEach(this::print);
        climbed.rungs().forEach(r -> r.report().defects().stream().limit(SHOWN).forEach(d -> print(on.line(d))));
        if (climbed.timed()) {
            print("");
            TextTable times = new TextTable("variant", "call", "shape", "L2 warm", "L2 cold", "of roof", "bound by", "GFLOP/s", "cuBLAS", "ours / cuBLAS").right(3, 4, 5, 7, 8, 9);
            climbed.rungs().forEach(r -> r.times().forEach(t -> times.row(r.variant(), t.title(), t.shape(), micros(t.warm().medianMicros()), micros(t.cold().medianMicros()),
                    "%.0f %%".formatted(100 * t.share()), t.roofs().memoryBound(t.cost()) ? "memory" : "arithmetic",
                    "%.0f".formatted(t.cost().flops() / t.warm().medianMicros() / 1e3), t.cublas().map(c -> micros(c.medianMicros())).orElse("-"),
                    t.cublas().map(c -> "%.2f".formatted(t.warm().medianMicros() / c.medianMicros())).orElse("-"))));
            times.lines().forEach(this::print);
            print("cuBLAS does the product alone, in fp32; cold times contain a launch between two events; each roof is over as much memory as its call touches.");
        }
        climbed.notes().forEach(note -> print("note: " + note));
    }

    private static String micros(double value) {
        return String.format(Locale.ROOT, "%.2f µs", value);
    }

    private ObjectNode tree(Ladder.Climbed climbed) {
        ObjectNode root = Json.object().put("op", op).put("device", climbed.device()).put("passed", climbed.passed());
        ArrayNode rungs = root.putArray("variants");
        for (Ladder.Rung r : climbed.rungs()) {
            ObjectNode rung = rungs.addObject().put("variant", r.variant()).put("passed", r.report().passed()).put("calls", r.report().calls())
                    .put("values", r.report().values()).put("worst", Double.isFinite(r.report().worst()) ? r.report().worst() : null);
            ArrayNode times = rung.putArray("times");
            r.times().forEach(t -> ((ObjectNode) times.addObject().set("roofs", Json.tree(t.roofs()))).put("call", t.title()).put("shape", t.shape()).put("warmMicros", t.warm().medianMicros()).put("coldMicros", t.cold().medianMicros())
                    .put("roofShare", t.share()).put("bytes", t.cost().bytes()).put("flops", t.cost().flops()).put("cublasMicros", t.cublas().map(c -> c.medianMicros()).orElse(null)));
        }
        ArrayNode notes = root.putArray("notes");
        climbed.notes().forEach(notes::add);
        return root;
    }
}
