package dev.fusedvae.bench.gpu;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Backends;
import dev.fusedvae.backend.VendorFusion;
import dev.fusedvae.bench.Side;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.FusionLevel;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// One way to run the cuda backend: `layer/graph/jcuda`, or with vendor parts `epilogue/graph/jcuda/gemm+noise`.
record Engine(FusionLevel level, CudaChoice choice) {

    static Engine parse(String text) {
        String[] words = text.split("/");
        if (words.length != 3 && words.length != 4) {
            throw new IllegalArgumentException("an engine is level/replay/launcher or level/replay/launcher/vendor, got " + text);
        }
        CudaChoice choice = CudaChoice.DEFAULT.withReplay(CudaChoice.Replay.valueOf(words[1].toUpperCase(Locale.ROOT)))
                .withLauncher(CudaChoice.Launcher.valueOf(words[2].toUpperCase(Locale.ROOT)));
        if (words.length == 4) {
            choice = choice.withVendor(Arrays.stream(words[3].split("\\+")).map(v -> CudaChoice.Vendor.valueOf(v.toUpperCase(Locale.ROOT))).collect(Collectors.toSet()));
        }
        return new Engine(FusionLevel.parse(words[0]), choice);
    }

    /// Engines with commas between.
    static List<Engine> parseAll(String text) {
        return Arrays.stream(text.split(",")).map(Engine::parse).toList();
    }

    String name() {
        String vendor = choice.vendor().isEmpty() ? "" : "/" + choice.vendorFlags().replace(',', '+');
        return level.flag() + "/" + (choice.replay() + "/" + choice.launcher()).toLowerCase(Locale.ROOT) + vendor;
    }

    /// The rules of its plans: vendor parts leave some fusions out.
    private Fusion fusion() {
        return VendorFusion.of(choice, level);
    }

    /// What it runs on, in words.
    String device() {
        try (Backend backend = open()) {
            return backend.device();
        }
    }

    /// It as our side of a contest.
    Side side() {
        return new Side(name(), fusion(), this::open);
    }

    /// Opens the backend; the caller closes it.
    private Backend open() {
        return Backends.open(BackendChoice.of("cuda").withCuda(choice)).backend();
    }
}
