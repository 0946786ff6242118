package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.Backend;
import dev.fusedvae.check.Defect;
import dev.fusedvae.check.OpCase;
import dev.fusedvae.check.OpSweep;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.results.Json;
import dev.fusedvae.results.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Verifies kernels against the definitions of their ops.
@Command(name = "verify", description = {"Verify kernels against the definitions of their ops, each by itself, over many shapes and settings.",
    "Integers must be right to the bit, reals within rounding; outputs start as NaN, guard words must survive, and the same again"
        + " must give the same bits."},
        footer = {"  FVAE_CUDA=simt ${ROOT-COMMAND-NAME} verify linear_bias_act", "  ${ROOT-COMMAND-NAME} verify linear_bias_act/2_tiled --shape 13of16x207-64-5-64-207/gelu"})
final class VerifyCommand extends FvaeCommand {
    /// Defects printed for an op before the rest is only counted.
    private static final int SHOWN = 5;

    @Parameters(index = "0", arity = "0..1", paramLabel = "OP[/VARIANT]", description = "one op, or one variant of it (default: all)")
    Optional<String> what = Optional.empty();

    @Option(names = "--backend", paramLabel = "NAME", order = 1, description = "cuda or cpu; with FVAE_CUDA=simt in the environment, cuda is the SIMT device:"
            + " the kernels on the CPU, built by g++ (default: cuda, on the SIMT device where there is no GPU)")
    Optional<String> backend = Optional.empty();

    @Option(names = "--device", hidden = true)
    Optional<String> device = Optional.empty();

    @Option(names = "--shape", paramLabel = "SHAPE", order = 2,
            description = "[ROWSof]BATCHxFEATURES-HIDDEN-LATENT-HIDDEN-FEATURES[/SETTING...] instead of the sweep; may be repeated")
    List<String> shapes = List.of();

    @Option(names = "--kernels", paramLabel = "DIR", order = 3, description = "a folder of kernel variants beside the built-in ones")
    Optional<Path> kernels = Optional.empty();

    VerifyCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        what.ifPresent(name -> kind(name.split("/", 2)[0])); // refuses an unknown op before a device is opened
        List<OpCase> cases = shapes.isEmpty() ? OpSweep.cases() : shapes.stream().map(s -> UsageException.value(() -> OpCase.parse(s))).toList();
        device.ifPresent(name -> {
            throw VerifyDevice.gone(name, Program.name() + " verify");
        });
        VerifyDevice on = VerifyDevice.of(backend, kernels, terminal.env(), note -> say("%s", note));
        String deviceName;
        OpSweep sweep;
        List<Subject> subjects;
        try (Backend first = on.open(Optional.empty(), "")) {
            deviceName = first.device();
            sweep = new OpSweep(cases, first.fusion());
            subjects = subjects(sweep, first, on);
        }
        List<OpSweep.Report> reports = new ArrayList<>();
        for (Subject subject : subjects) {
            reports.add(verify(on, sweep, subject));
        }
        boolean passed = reports.stream().allMatch(OpSweep.Report::passed);
        if (json) {
            print(tree(deviceName, passed, reports));
        } else {
            table(on, deviceName, passed, reports);
        }
        return passed ? Exit.OK : Exit.WRONG;
    }

    /// A kind and the variant of it that runs; empty where a backend has but one way.
    private record Subject(Kind kind, String variant) {}

    private List<Subject> subjects(OpSweep sweep, Backend first, VerifyDevice on) {
        String[] parts = what.orElse("").split("/", 2);
        List<Kind> kinds = what.isEmpty() ? sweep.kinds() : List.of(kind(parts[0]));
        UsageException.require(what.isEmpty() || sweep.kinds().contains(kinds.getFirst()),
                "no plan of these shapes has a call of %s at a level that %s runs; choose another shape", parts[0], first.name());
        List<Subject> all = new ArrayList<>();
        for (Kind kind : kinds) {
            List<String> variants = first.variants(kind.label());
            if (parts.length > 1) {
                UsageException.require(variants.contains(parts[1]), "%s has no variant %s; it has %s", parts[0], parts[1],
                        variants.isEmpty() ? "one way only" : String.join(", ", variants));
                variants = List.of(parts[1]);
            }
            (variants.isEmpty() ? List.of("") : variants).forEach(v -> all.add(new Subject(kind, v)));
        }
        return all;
    }

    /// The kind called `label`, or a usage error that names one near.
    static Kind kind(String label) {
        List<String> labels = Arrays.stream(Kind.values()).map(Kind::label).toList();
        return Arrays.stream(Kind.values()).filter(k -> k.label().equals(label)).findFirst().orElseThrow(() -> new UsageException(
                "there is no op '" + label + "'" + Spelling.nearest(label, labels).map(n -> "; did you mean " + n + "?")
                        .orElse("; ops are " + String.join(", ", labels))));
    }

    /// A backend of its own for each subject: after a fault a device runs nothing more until it is opened anew.
    private OpSweep.Report verify(VerifyDevice on, OpSweep sweep, Subject subject) {
        long start = System.nanoTime();
        Backend opened = on.open(Optional.of(subject.kind()), subject.variant());
        OpSweep.Report report;
        try {
            report = sweep.run(opened, subject.kind(), subject.variant(), at -> { });
        } catch (RuntimeException e) {
            close(opened, true);
            throw e;
        }
        close(opened, report.defects().stream().anyMatch(d -> d.guard() == Defect.Guard.FAULT));
        say("%s: %s, %d calls, %.1f s", report.op(), report.passed() ? "ok" : "FAIL", report.calls(), (System.nanoTime() - start) / 1e9);
        return report;
    }

    private static void close(Backend backend, boolean faulted) {
        try {
            backend.close();
        } catch (IllegalStateException e) {
            if (!faulted) {
                throw e;
            } // else the device refuses everything, and why is said already
        }
    }

    private void table(VerifyDevice device, String deviceName, boolean passed, List<OpSweep.Report> reports) {
        print("on " + deviceName);
        TextTable table = new TextTable("op", "calls", "values", "worst", "").right(1, 2, 3);
        for (OpSweep.Report r : reports) {
            table.row(r.op(), String.valueOf(r.calls()), "%,d".formatted(r.values()), String.format(Locale.ROOT, "%.2f", r.worst()), r.passed() ? "ok" : "FAIL");
        }
        table.lines().forEach(this::print);
        for (OpSweep.Report r : reports) {
            r.defects().stream().limit(SHOWN).forEach(d -> print(device.line(d)));
            if (r.defects().size() > SHOWN) {
                print("and " + (r.defects().size() - SHOWN) + " more of " + r.op());
            }
        }
        print((passed ? "PASS" : "FAIL") + " (worst: the largest share of its tolerance that a real value used up)");
    }

    private static ObjectNode tree(String deviceName, boolean passed, List<OpSweep.Report> reports) {
        ObjectNode root = Json.object();
        root.put("device", deviceName);
        root.put("passed", passed);
        var ops = root.putArray("ops");
        for (OpSweep.Report r : reports) {
            ObjectNode node = ops.addObject();
            node.put("op", r.op()).put("calls", r.calls()).put("values", r.values());
            node.put("worst", Double.isFinite(r.worst()) ? r.worst() : null).put("passed", r.passed());
            var defects = node.putArray("defects");
            r.defects().forEach(d -> defects.addObject().put("guard", d.guard().flag()).put("shape", d.at()).put("what", d.what()));
        }
        return root;
    }
}
