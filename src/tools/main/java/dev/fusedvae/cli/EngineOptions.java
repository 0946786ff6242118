package dev.fusedvae.cli;

import dev.fusedvae.backend.Backends;
import dev.fusedvae.backend.VendorFusion;
import dev.fusedvae.backend.cuda.KernelCatalogue;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.FusionLevel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/// The options of the engine: which backend runs, and how.
final class EngineOptions {

    @Option(names = "--backend", paramLabel = "NAME", description = "auto, cuda, cpu or reference (default: auto, or FVAE_BACKEND)")
    Optional<String> backend = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", description = "threads of the cpu backend (default: all)")
    Optional<Integer> threads = Optional.empty();

    @Option(names = "--fusion", paramLabel = "LEVEL", description = "none, epilogue or layer (default: ${DEFAULT-VALUE})")
    String fusion = "layer";

    @Option(names = "--vendor", paramLabel = "PART,...", hideParamSyntax = true, split = ",", description = "gemm,noise: NVIDIA's libraries instead of own kernels;"
            + " cuda at --fusion none or epilogue")
    List<String> vendor = List.of();

    @Option(names = "--launcher", paramLabel = "NAME", description = "jcuda or ffm: through what kernels are launched; cuda only (default: jcuda)")
    Optional<String> launcher = Optional.empty();

    @Option(names = "--replay", paramLabel = "NAME", description = "graph or stream: steps replayed from a graph, or launched one by one;"
            + " cuda only (default: graph)")
    Optional<String> replay = Optional.empty();

    @Option(names = "--kernels", paramLabel = "DIR", description = "a folder of kernel variants beside the built-in ones; cuda only")
    Optional<Path> kernels = Optional.empty();

    @Option(names = "--variant", paramLabel = "OP/NAME,...", hideParamSyntax = true, split = ",", description = "kernel variants to take; cuda only (default: by shape and architecture)")
    List<String> variants = List.of();

    BackendChoice choice() {
        CudaChoice cuda = cuda();
        BackendChoice choice = choice(backend, threads);
        UsageException.require(cuda.equals(CudaChoice.DEFAULT) || choice.name().equals("cuda"),
                "--vendor, --launcher, --replay, --kernels and --variant are choices of the cuda backend; add --backend cuda or leave them out");
        if (cuda.kernels().isPresent() || !cuda.variants().isEmpty()) {
            UsageException.value(() -> KernelCatalogue.open(System.getenv(), cuda));
        }
        return choice.withCuda(cuda);
    }

    private CudaChoice cuda() {
        CudaChoice choice = CudaChoice.DEFAULT
                .withLauncher(launcher.map(l -> pick("--launcher", l, CudaChoice.Launcher.values())).orElse(CudaChoice.Launcher.JCUDA))
                .withReplay(replay.map(r -> pick("--replay", r, CudaChoice.Replay.values())).orElse(CudaChoice.Replay.GRAPH))
                .withVendor(vendor.stream().map(v -> pick("--vendor", v, CudaChoice.Vendor.values())).collect(Collectors.toSet()))
                .withVariants(variants());
        return kernels.map(choice::withKernels).orElse(choice);
    }

    private static <E extends Enum<E>> E pick(String option, String value, E[] all) {
        return Arrays.stream(all).filter(v -> v.name().toLowerCase(Locale.ROOT).equals(value)).findFirst().orElseThrow(() -> new UsageException(
                option + " takes " + Arrays.stream(all).map(v -> v.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(" or "))
                        + ", got '" + value + "'"));
    }

    private Map<String, String> variants() {
        Map<String, String> byOp = new LinkedHashMap<>();
        for (String name : variants) {
            UsageException.require(name.matches("[a-z_]+/\\w+"), "--variant takes op/variant such as linear_bias_act/1_naive, got '%s'", name);
            byOp.put(name.substring(0, name.indexOf('/')), name.substring(name.indexOf('/') + 1));
        }
        return byOp;
    }

    static BackendChoice choice(Optional<String> backend, Optional<Integer> threads) {
        UsageException.require(threads.orElse(1) >= 1, "--threads must be >= 1, got %d", threads.orElse(1));
        UsageException.require(threads.orElse(1) == 1 || !backend.equals(Optional.of("reference")),
                "the reference backend runs on one thread, got --threads %d; leave it out or use --backend cpu", threads.orElse(1));
        BackendChoice choice = UsageException.value(() -> new BackendChoice(backend.orElse("auto"), threads.orElse(0)));
        if (choice.name().equals("auto")) {
            checkDefault(Backends.PROPERTY, Optional.ofNullable(System.getProperty(Backends.PROPERTY)));
            checkDefault(Backends.VARIABLE, Optional.ofNullable(System.getenv(Backends.VARIABLE)));
        }
        return choice;
    }

    private static void checkDefault(String origin, Optional<String> name) {
        try {
            name.filter(n -> !n.isBlank()).ifPresent(BackendChoice::of);
        } catch (IllegalArgumentException e) {
            throw new UsageException(origin + ": " + e.getMessage());
        }
    }

    /// The level of a run; refused where the vendor parts do not work at it.
    FusionLevel fusion() {
        choice();
        return rules().level();
    }

    /// What vendor libraries would run.
    Set<CudaChoice.Vendor> vendorParts() {
        return cuda().vendor();
    }

    /// The rules by which plans are made, for every backend.
    Fusion rules() {
        return UsageException.value(() -> VendorFusion.of(cuda(), FusionLevel.parse(fusion)));
    }
}
