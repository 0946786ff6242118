package dev.fusedvae.bench;

import dev.fusedvae.backend.cuda.KernelCatalogue;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.plan.Call;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.VaeSpec;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What a row measured, spelled out for a reader who does not know our names: the net, and which code of each op.
final class Subject {
    private Subject() {}

    /// `spec` where there is a net, and `variant`, from the values of a task's parameters.
    static Map<String, String> facts(Map<String, String> values) {
        Map<String, String> facts = new LinkedHashMap<>();
        if (values.containsKey("net")) {
            VaeSpec spec = Nets.spec(values.get("net"));
            facts.put("spec", "%s, %s, %s, %s".formatted(spec.shape(), spec.activation().flag(), spec.likelihood().flag(), spec.objective().flag()));
        }
        facts.put("variant", variant(values));
        return facts;
    }

    private static String variant(Map<String, String> values) {
        if (values.containsKey("launcher")) {
            return "an empty kernel";
        }
        String backend = values.getOrDefault("backend", Devices.CPU);
        return backend.equals(Devices.CPU) ? "cpu: one for every op" : kernels(backend, values);
    }

    /// The kernels that the calls of a step take at the full batch, `op/variant`.
    private static String kernels(String backend, Map<String, String> values) {
        int batch = Integer.parseInt(values.get("batch"));
        KernelCatalogue kernels = KernelCatalogue.open(Devices.environment(backend), CudaChoice.DEFAULT);
        Set<Kind> seen = EnumSet.noneOf(Kind.class);
        return KernelBench.plan(values.get("net"), batch, values.getOrDefault("fusion", "layer")).calls().stream().map(Call::op)
                .filter(op -> seen.add(op.kind())).map(op -> op.kind().label() + "/" + kernels.variant(op, batch)).collect(Collectors.joining(", "));
    }
}
