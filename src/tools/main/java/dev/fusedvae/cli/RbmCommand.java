package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Backends;
import dev.fusedvae.data.Split;
import dev.fusedvae.results.Json;
import dev.fusedvae.run.History;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.train.FolderLock;
import dev.fusedvae.train.ModelFolder;
import dev.fusedvae.train.RbmTrainer;
import dev.fusedvae.train.Unfinished;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Trains and measures a restricted Boltzmann machine.
@Command(name = "rbm", description = {"Train a restricted Boltzmann machine by contrastive divergence, estimate its likelihood by annealed"
        + " importance sampling, and draw samples of it.",
    "Data is made black and white at one half."},
        footer = {"  ${ROOT-COMMAND-NAME} rbm --data digits --hidden 64 --cd 1 --epochs 20 --out runs/rbm", "  ${ROOT-COMMAND-NAME} rbm --data mnist --hidden 500 --persistent"})
final class RbmCommand extends FvaeCommand {

    @Option(names = "--out", paramLabel = "DIR", order = 0, description = "folder of model, pictures and report (default: ${DEFAULT-VALUE})")
    Path out = Path.of("runs", "rbm");

    @Option(names = "--hidden", paramLabel = "H", order = 1, description = "hidden units (default: ${DEFAULT-VALUE})")
    int hidden = 64;

    @Option(names = "--cd", paramLabel = "K", order = 2, description = "Gibbs steps to the model's side of the gradient (default: ${DEFAULT-VALUE})")
    int cd = 1;

    @Option(names = "--persistent", order = 3, description = "chains that go on from step to step (PCD)")
    boolean persistent;

    @Option(names = "--epochs", paramLabel = "N", order = 4, description = "passes over the training set (default: ${DEFAULT-VALUE})")
    int epochs = 20;

    @Option(names = "--batch-size", paramLabel = "B", order = 5, description = "examples per step, and chains (default: ${DEFAULT-VALUE})")
    int batchSize = 20;

    @Option(names = {"--learning-rate", "--lr"}, paramLabel = "R", order = 6, description = "step size, falling to 0 along a cosine (default: ${DEFAULT-VALUE})")
    double learningRate = 0.05;

    @Option(names = "--momentum", paramLabel = "M", order = 7, description = "of the steps (default: ${DEFAULT-VALUE})")
    double momentum = 0.5;

    @Option(names = "--seed", paramLabel = "S", order = 8, description = "source of every random number (default: ${DEFAULT-VALUE})")
    long seed = 1;

    @Option(names = "--chains", paramLabel = "N", order = 9, description = "chains of annealed importance sampling (default: ${DEFAULT-VALUE})")
    int chains = 100;

    @Option(names = "--temperatures", paramLabel = "N", order = 10, description = "steps of each from base to model (default: ${DEFAULT-VALUE})")
    int temperatures = 1000;

    @Option(names = "--sweeps", paramLabel = "N", order = 11, description = "Gibbs steps to each sample of the picture (default: ${DEFAULT-VALUE})")
    int sweeps = 1000;

    @Option(names = "--resume", order = 12, description = "go on from the checkpoint in --out, bit for bit; repeat the other flags")
    boolean resume;

    @Option(names = "--force", order = 12, description = "start anew in --out, whatever it holds: the model of another run, or a training that did not end")
    boolean force;

    @Mixin(name = OptionSections.DATA)
    DataOptions data = new DataOptions();

    @Mixin(name = "Engine")
    EngineOptions engine = new EngineOptions();

    RbmCommand(Terminal terminal) {
        super(terminal);
    }

    /// The step sizes that suit such machines.
    static TrainSpec steps(int epochs, long seed, int batchSize, double learningRate, double momentum) {
        return TrainSpec.standard(epochs, seed).withBatchSize(batchSize).withOptimizer(new OptimizerSpec.Sgd(learningRate, momentum))
                .withSchedule(new Schedule.Cosine(Math.max(1, epochs), 0));
    }

    @Override
    Exit execute() {
        UsageException.require(chains >= 2 && temperatures >= 1 && sweeps >= 1,
                "--chains must be >= 2, --temperatures and --sweeps >= 1, got %d, %d and %d", chains, temperatures, sweeps);
        new RbmSpec(1, hidden, cd, persistent); // refuses bad flags before the data is read
        TrainSpec train = steps(epochs, seed, batchSize, learningRate, momentum);
        RunOptions options = RunOptions.defaults().withBackend(engine.choice()).withFusion(engine.fusion());
        Outputs.folder(out);
        UsageException.require(!resume || !force, "--resume goes on and --force starts anew; give one of them");
        if (!resume && !force) {
            Outputs.refuseUnfinished(out);
        } else if (!force && Unfinished.in(out)) {
            say("fvae: %s holds a training that did not end; it goes on from its checkpoint", out);
        }
        Split split = Thresholded.of(data.load(terminal.env()));
        DataOptions.heldOut(split).ifPresent(note -> say("fvae: %s", note));
        Backends.Opened opened = Backends.open(engine.choice());
        try (Backend backend = opened.backend(); FolderLock lock = FolderLock.take(out);
                Interruption interruption = Interruption.listen(() -> terminal.say("\nfvae: stopping; the checkpoint is being written"))) {
            opened.notes().forEach(note -> say("fvae: %s", note));
            RbmSpec machine = new RbmSpec(split.train().features(), hidden, cd, persistent);
            say("%s on %d examples; %s", machine.shape(), split.train().size(), backend.device());
            RbmTrainer.Result trained = RbmRun.trainer(machine, train, split)
                    .run(backend, resume ? options.resuming(out) : force ? options.replacing(out) : options.withOut(out), new Progress(interruption));
            if (trained.ending() == History.Ending.CANCELLED) {
                return interrupted(trained);
            }
            finish(RbmRun.measure(backend, machine, train, split, new RbmRun.Annealing(chains, temperatures), trained), backend, split);
        }
        return Exit.OK;
    }

    /// The mark of [Unfinished] stays beside the checkpoint.
    private Exit interrupted(RbmTrainer.Result trained) {
        terminal.say("fvae: interrupted after %d of %d epochs; go on with: %s".formatted(trained.epochs().size(), epochs, again(out)));
        return Exit.INTERRUPTED;
    }

    private void finish(RbmRun run, Backend backend, Split split) {
        List<Path> pictures = new RbmReport(run, split, out, sweeps, seed).write(String.join(" ", words()));
        ObjectNode result = result(run, backend, split);
        ArrayNode files = result.putArray("pictures");
        pictures.forEach(p -> files.add(p.toString()));
        Json.write(out.resolve(ModelFolder.TRAINING), result);
        Unfinished.clear(out);
        if (json) {
            print(result);
        } else {
            RbmReport.table(run).lines().forEach(this::print);
            print("");
            print("model, pictures and report.html are in " + out);
        }
    }

    /// One line per epoch.
    private final class Progress implements RbmTrainer.Listener {
        private final Interruption interruption;

        Progress(Interruption interruption) {
            this.interruption = interruption;
        }

        @Override
        public void started(int epochsDone, long steps, List<String> notes) {
            notes.forEach(note -> say("fvae: %s", note));
            if (steps > 0) {
                say("resumed after epoch %d of %d, step %d", epochsDone, epochs, steps);
            }
        }

        @Override
        public void epoch(RbmTrainer.Epoch e) {
            say("%s", String.format(Locale.ROOT, "epoch %d/%d  reconstruction %.2f  %s", e.epoch(), epochs, e.reconstruction(), Units.seconds(e.seconds())));
        }

        @Override
        public boolean cancelled() {
            return interruption.requested();
        }
    }

    /// The contract of `train`; what an RBM does not have is null.
    private ObjectNode result(RbmRun run, Backend backend, Split split) {
        ObjectNode root = Json.object();
        root.put("backend", backend.name()).put("device", backend.device()).put("fusion", engine.fusion().flag());
        root.put("precision", backend.name().equals("reference") ? "fp64" : "fp32").put("epochs", run.epochs().size());
        root.put("secondsPerEpoch", run.secondsPerEpoch());
        root.put("examplesPerSecond", run.epochs().isEmpty() ? 0 : split.train().size() / run.secondsPerEpoch());
        root.putObject("train").putNull("elbo").put("reconstruction", run.train().logLikelihood()).putNull("kl");
        root.putObject("test").putNull("elbo").put("reconstruction", run.test().logLikelihood()).putNull("kl")
                .put("nll", -run.logLikelihood()).put("nllStandardError", run.logZ().standardError()).putNull("activeUnits");
        root.put("logZ", run.logZ().logZ()).put("chains", run.logZ().chains()).put("temperatures", run.logZ().temperatures());
        root.put("shape", run.rbm().spec().shape()).put("data", split.train().name()).put("seed", seed).put("out", out.toString());
        root.put("ending", run.trained().ending().flag());
        root.set("history", Json.tree(run.epochs()));
        return root;
    }
}
