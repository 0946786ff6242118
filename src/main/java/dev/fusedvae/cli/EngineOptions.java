package dev.fusedvae.cli;

import dev.fusedvae.backend.BackendChoice;
import dev.fusedvae.backend.Backends;
import dev.fusedvae.fuse.FusionLevel;
import java.util.Optional;
import picocli.CommandLine.Option;

/// What runs the arithmetic.
final class EngineOptions {

    @Option(names = "--backend", paramLabel = "NAME", description = "auto, cpu or reference (default: auto, or FVAE_BACKEND)")
    Optional<String> backend = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", description = "threads of the cpu backend (default: all)")
    Optional<Integer> threads = Optional.empty();

    @Option(names = "--fusion", paramLabel = "LEVEL", description = "none, epilogue or layer (default: ${DEFAULT-VALUE})")
    String fusion = "layer";

    @Option(names = "--vendor", paramLabel = "PARTS", description = "gemm,noise: vendor libraries instead of own kernels; cuda only")
    Optional<String> vendor = Optional.empty();

    BackendChoice choice() {
        return choice(backend, threads);
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

    FusionLevel fusion() {
        UsageException.require(vendor.isEmpty(),
                "--vendor %s is not there yet: no backend calls a vendor library; leave it out", vendor.orElse(""));
        return UsageException.value(() -> FusionLevel.parse(fusion));
    }
}
