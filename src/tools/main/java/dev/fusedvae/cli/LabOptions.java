package dev.fusedvae.cli;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Backends;
import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.Conditions;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that ablate and scale share: the net, the backends, the results file.
final class LabOptions {

    @Option(names = "--data", paramLabel = "NAME",
            description = "digits, mnist or fashion-mnist: only the shape is taken, values are random (default: mnist)")
    Optional<String> data = Optional.empty();

    @Option(names = "--features", paramLabel = "N", description = "values per example, for other data")
    Optional<Integer> features = Optional.empty();

    @Option(names = "--batch-size", paramLabel = "B", description = "examples per step (default: ${DEFAULT-VALUE})")
    int batchSize = 128;

    @Option(names = "--backends", paramLabel = "NAME,...", hideParamSyntax = true, split = ",",
            description = "cpu, cuda or reference (not timed); with FVAE_CUDA=simt in the environment, cuda is the SIMT device: the kernels on the"
                    + " CPU, not timed (default: cpu)")
    List<String> backends = List.of("cpu");

    @Option(names = "--threads", paramLabel = "N", description = "threads of the cpu backend (default: all)")
    Optional<Integer> threads = Optional.empty();

    @Option(names = "--out", paramLabel = "FILE", description = "write every sample to a results file")
    Optional<Path> out = Optional.empty();

    @Mixin(name = "Model")
    ModelOptions model = new ModelOptions();

    /// The net; refused before anything is measured, as is a place that takes no file.
    VaeSpec spec() {
        UsageException.require(data.isEmpty() || features.isEmpty(), "--data and --features both give the shape; use one of them");
        String name = data.orElse("mnist");
        UsageException.require(features.isPresent() || Catalogue.has(name),
                "no files are read here, so --data must be of the catalogue, not '%s'; give the width of other data with --features", name);
        out.ifPresent(Outputs::file);
        return model.spec(features.orElseGet(() -> Catalogue.shape(name).features()));
    }

    TrainSpec train() {
        return TrainSpec.standard(1, 1).withBatchSize(batchSize);
    }

    /// Opens the backends in their order; the caller closes them.
    List<Backend> open(Map<String, String> env) {
        UsageException.require(new LinkedHashSet<>(backends).size() == backends.size(), "--backends names one twice: %s", String.join(",", backends));
        for (String name : backends) {
            UsageException.require(!name.equals("simt"), "--backends has no simt: write --backends cuda, and %s=simt in the environment", Probe.VARIABLE);
            UsageException.require(List.of("cpu", "cuda", "reference").contains(name), "--backends takes cpu, cuda and reference, got '%s'", name);
        }
        List<Backend> all = new ArrayList<>();
        try {
            for (String name : backends) {
                all.add(open(name, env));
            }
            return all;
        } catch (RuntimeException e) {
            all.forEach(Backend::close);
            throw e;
        }
    }

    private Backend open(String name, Map<String, String> env) {
        return switch (name) {
            case "cuda" -> CudaBackend.open(env, CudaChoice.DEFAULT);
            case "cpu" -> Backends.open(EngineOptions.choice(Optional.of(name), threads)).backend();
            default -> Backends.open(BackendChoice.of(name)).backend();
        };
    }

    /// Conditions of a results file.
    Map<String, String> conditions(List<Backend> on) {
        return Conditions.of(on.stream().map(Backend::device).collect(Collectors.joining("; ")), root());
    }

    /// The source tree, as the launcher says.
    static Path root() {
        return Path.of(System.getProperty("fvae.root", ""));
    }

    /// Writes the results file, if one was asked for.
    void write(BenchResults results) {
        out.ifPresent(results::write);
    }
}
