package dev.fusedvae.train;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.simd.Simd;
import dev.fusedvae.spec.FusionLevel;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a training ran on, in words.
final class Surroundings {
    private Surroundings() {}

    static Map<String, String> of(Backend backend, FusionLevel fusion) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("backend", backend.name());
        all.put("device", backend.device());
        all.put("fusion", fusion.flag());
        all.put("precision", "fp32");
        all.put("threads", Integer.toString(backend.threads()));
        all.put("java", System.getProperty("java.runtime.version"));
        all.put("vm", System.getProperty("java.vm.name"));
        all.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        all.put("arch", System.getProperty("os.arch"));
        all.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        all.put("vectorBits", Simd.bits() == 0 ? "scalar" : Integer.toString(Simd.bits()));
        return all;
    }
}
