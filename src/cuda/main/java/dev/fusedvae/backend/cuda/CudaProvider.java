package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.BackendProvider;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.run.CudaChoice;
import java.util.Map;
import java.util.Optional;

/// The service by which the engine finds the cuda backend.
public final class CudaProvider implements BackendProvider {

    @Override
    public String name() {
        return "cuda";
    }

    /// The SIMT device is for tests, so `auto` never takes it.
    @Override
    public Optional<String> heldBack(Map<String, String> environment) {
        String driver = environment.getOrDefault(Probe.VARIABLE, "");
        if (!driver.isBlank()) {
            return Optional.of(Probe.VARIABLE + "=" + driver + " is for checking kernels; choose the cuda backend to run on it");
        }
        Module module = CudaProvider.class.getModule();
        return module.isNativeAccessEnabled() ? Optional.empty() : Optional.of("no driver may be looked for without --enable-native-access="
                + (module.isNamed() ? module.getName() : "ALL-UNNAMED"));
    }

    @Override
    public Backend open(Map<String, String> environment, CudaChoice choice) {
        return CudaBackend.open(environment, choice);
    }
}
