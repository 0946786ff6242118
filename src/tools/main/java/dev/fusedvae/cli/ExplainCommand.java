package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Backends;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.VendorFusion;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.backend.cuda.KernelCatalogue;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.lab.StepTime;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Cost;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.results.Json;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Lists the plan of one training step.
@Command(name = "explain", description = "List the plan of one training step: phases, calls, bytes, flops, and what was fused.",
        footer = {"  ${ROOT-COMMAND-NAME} explain --data mnist --hidden 400 --latent 20 --fusion layer", "  ${ROOT-COMMAND-NAME} explain --time --backend cpu"})
final class ExplainCommand extends FvaeCommand {

    @Option(names = "--data", paramLabel = "NAME", order = 0,
            description = "digits, mnist or fashion-mnist: only the shape is taken, no file is needed (default: mnist)")
    Optional<String> data = Optional.empty();

    @Option(names = "--features", paramLabel = "N", order = 1, description = "values per example, for other data")
    Optional<Integer> features = Optional.empty();

    @Mixin(name = "Model")
    ModelOptions model = new ModelOptions();

    @Mixin(name = "Training")
    TrainingOptions training = new TrainingOptions();

    @Mixin(name = "Engine")
    EngineOptions engine = new EngineOptions();

    @Option(names = "--time", order = 2, description = "run steps on random data and add what each call took, beside its roof")
    boolean time;

    ExplainCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(data.isEmpty() || features.isEmpty(), "--data and --features both give the shape; use one of them");
        String name = data.orElse("mnist");
        UsageException.require(features.isPresent() || Catalogue.has(name),
                "explain reads no files, so --data must be of the catalogue, not '%s'; give the width of other data with --features", name);
        VaeSpec spec = model.spec(features.orElseGet(() -> Catalogue.shape(name).features()));
        TrainSpec train = training.spec();
        Plan plan = Plan.of(Graphs.training(spec, train.optimizer(), train.clipNorm(), train.binarization()), rules(), train.batchSize());
        long arenaBytes = UsageException.value(() -> arenaBytes(plan, train));
        Optional<StepTime> times = time ? Optional.of(measure(plan, train)) : Optional.empty();
        if (json) {
            ObjectNode tree = tree(plan, arenaBytes, variants(plan.batch()));
            times.ifPresent(t -> StepTimes.add(tree, t));
            print(tree);
        } else {
            table(plan, arenaBytes);
            times.ifPresent(t -> StepTimes.lines(t).forEach(this::print));
        }
        return Exit.OK;
    }

    private StepTime measure(Plan plan, TrainSpec train) {
        Backends.Opened opened = Backends.open(engine.choice());
        opened.notes().forEach(note -> terminal.say("note: " + note));
        try (Backend backend = opened.backend()) {
            terminal.say("timing " + backend.device() + "; this takes some seconds, more where other work keeps the compiler waiting");
            return UsageException.value(() -> StepTime.measure(backend, plan, train));
        }
    }

    /// The path that is explained: the backend that was named, here or by the property or the variable, else the cpu's.
    private String path() {
        String name = Backends.wanted(EngineOptions.choice(engine.backend, engine.threads));
        return name.equals("auto") ? "cpu" : name;
    }

    /// The rules of the level, within what that path supports.
    private Fusion rules() {
        return path().equals("cuda") ? engine.rules().within(CudaBackend.BUDGET) : engine.rules();
    }

    private KernelCatalogue kernels() {
        return KernelCatalogue.open(terminal.env(), engine.choice().cuda());
    }

    /// Bytes of the plan as that path lowers it; for the cuda kernels no GPU is needed.
    private long arenaBytes(Plan plan, TrainSpec train) {
        return switch (path()) {
            case "cuda" -> kernels().arenaBytes(plan);
            case "reference" -> arenaBytes(new ReferenceBackend(), plan, train);
            default -> arenaBytes(new CpuBackend(1), plan, train);
        };
    }

    /// Loads the plan with one example that is not used; closes `backend`.
    private static long arenaBytes(Backend backend, Plan plan, TrainSpec train) {
        int features = plan.graph().spec().features();
        Examples examples = new Examples.Floats(new float[features], features);
        try (backend; Executable loaded = backend.load(plan, new Feed.Training(examples, new StepTable(train, plan.graph().spec().objective(), 1)))) {
            return loaded.arenaBytes();
        }
    }

    private static ObjectNode tree(Plan plan, long arenaBytes, Function<Call, String> variants) {
        ObjectNode root = Json.object();
        root.put("fusion", plan.level().flag());
        root.put("launches", plan.launches());
        root.put("arenaBytes", arenaBytes);
        PeakMemory.bytes().ifPresentOrElse(peak -> root.put("processPeakBytes", peak), () -> root.putNull("processPeakBytes"));
        root.put("shape", plan.graph().spec().shape());
        root.put("batch", plan.batch());
        root.put("bytes", plan.cost().bytes());
        root.put("flops", plan.cost().flops());
        ArrayNode notes = root.putArray("notes");
        plan.notes().forEach(notes::add);
        ArrayNode phases = root.putArray("phases");
        for (Phase phase : plan.phases()) {
            ArrayNode calls = phases.addObject().putArray("calls");
            for (Call call : phase.calls()) {
                ObjectNode node = calls.addObject();
                node.put("op", call.op().kind().label());
                node.put("variant", variants.apply(call));
                node.put("title", call.title());
                node.put("formula", call.op().kind().formula());
                node.put("shape", shape(call, plan.batch()));
                node.put("bytes", call.cost().bytes());
                node.put("flops", call.cost().flops());
                ArrayNode fuses = node.putArray("fuses");
                call.op().ops().forEach(op -> fuses.add(Kind.of(op).label()));
            }
        }
        return root;
    }

    /// What runs a call: a vendor's library, a kernel variant where the backend is named as cuda, else the named path.
    private Function<Call, String> variants(int batch) {
        String path = path();
        Optional<KernelCatalogue> kernels = path.equals("cuda") ? Optional.of(kernels()) : Optional.empty();
        return call -> engine.vendorParts().stream().filter(part -> VendorFusion.does(part).contains(call.op().kind())).map(CudaChoice.Vendor::library).findFirst()
                .or(() -> kernels.map(k -> k.variant(call.op(), batch))).orElse(path);
    }

    private void table(Plan plan, long arenaBytes) {
        print("One training step of %s at batch %d, fusion %s: %d launches, %d calls, %s moved, %s."
                .formatted(plan.graph().spec().shape(), plan.batch(), plan.level().flag(), plan.launches(), plan.calls().size(),
                        Units.bytes(plan.cost().bytes()), Units.flops(plan.cost().flops())));
        // the process says nothing of the device's memory
        String peak = path().equals("cuda") || PeakMemory.bytes().isEmpty() ? "" : "; this process peaked at " + Units.bytes(PeakMemory.bytes().getAsLong());
        print("Memory on the %s path: %s for parameters, optimizer state and batch%s.".formatted(path(), Units.bytes(arenaBytes), peak));
        print("");
        TextTable table = new TextTable("phase", "call", "shape", "bytes", "flops", "flop/B", "fuses");
        table.right(0, 3, 4, 5);
        for (Phase phase : plan.phases()) {
            for (Call call : phase.calls()) {
                Cost cost = call.cost();
                table.row(call == phase.calls().getFirst() ? Integer.toString(phase.index() + 1) : "", call.title(), shape(call, plan.batch()),
                        Units.bytes(cost.bytes()), Units.count(cost.flops()), String.format(Locale.ROOT, "%.1f", cost.intensity()), fuses(call));
            }
        }
        table.lines().forEach(this::print);
        if (!plan.notes().isEmpty()) {
            print("");
            plan.notes().forEach(note -> print("note: " + note));
        }
    }

    /// The names of the primitive ops, equal neighbours counted.
    private static String fuses(Call call) {
        List<String> names = new ArrayList<>();
        List<Op> ops = call.op().ops();
        if (ops.size() == 1) {
            return "";
        }
        for (int i = 0; i < ops.size(); ) {
            int run = 1;
            while (i + run < ops.size() && Kind.of(ops.get(i + run)) == Kind.of(ops.get(i))) {
                run++;
            }
            names.add(Kind.of(ops.get(i)).label() + (run > 1 ? "*" + run : ""));
            i += run;
        }
        return String.join(" ", names);
    }

    /// The matrix products as B·K·N, B counting the samples of every example, or what the call writes.
    private static String shape(Call call, int batch) {
        List<String> products = new ArrayList<>();
        for (Op op : call.op().ops()) {
            op.product().ifPresent(p -> products.add(product(p.layer().weight(), p.outputs().rows(batch))));
        }
        if (!products.isEmpty()) {
            return String.join(" + ", products);
        }
        return call.op().writes().size() == 1
                ? size(call.op().writes().getFirst(), batch)
                : call.op().writes().stream().mapToLong(t -> t.elements(batch)).sum() + " values";
    }

    private static String product(Tensor weight, int rows) {
        return "B" + rows + " K" + weight.columns() + " N" + weight.rows();
    }

    private static String size(Tensor tensor, int batch) {
        return tensor.rows(batch) + "x" + tensor.width();
    }
}
