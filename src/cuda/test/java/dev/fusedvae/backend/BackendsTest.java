package dev.fusedvae.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fusedvae.backend.cuda.CudaProvider;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.CudaChoice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class BackendsTest {

    private static Backends.Opened open(BackendChoice choice, String property, Map<String, String> environment) {
        Properties properties = new Properties();
        if (!property.isEmpty()) {
            properties.setProperty(Backends.PROPERTY, property);
        }
        Map<String, String> withoutGpu = new HashMap<>(Map.of("FVAE_CUDA", "simt")); // the process of all tests must not load the driver of a GPU
        withoutGpu.putAll(environment);
        Backends.Opened opened = Backends.open(choice, properties, withoutGpu);
        opened.backend().close();
        return opened;
    }

    @Test
    void auto_neverTakesTheSimtDevice() {
        Backends.Opened opened = open(BackendChoice.auto(), "", Map.of("FVAE_CUDA", "simt"));
        assertEquals("cpu", opened.backend().name());
        assertTrue(opened.notes().getFirst().startsWith("auto took cpu, since FVAE_CUDA=simt"), opened.notes().getFirst());
    }

    /// A provider that opens the given backend in place of a GPU.
    private static Backends.Opened auto(BackendChoice choice, Map<String, String> environment, BiFunction<Map<String, String>, CudaChoice, Backend> gpu) {
        assumeTrue(Backends.class.getModule().isNativeAccessEnabled(), "skipped: this process may not look for drivers");
        BackendProvider real = new CudaProvider();
        return Backends.open(choice, new Properties(), environment, Optional.of(new BackendProvider() {
            @Override
            public String name() {
                return real.name();
            }

            @Override
            public Optional<String> heldBack(Map<String, String> where) {
                return real.heldBack(where);
            }

            @Override
            public Backend open(Map<String, String> where, CudaChoice how) {
                return gpu.apply(where, how);
            }
        }));
    }

    @Test
    void withoutItsArtifact_cudaIsRefusedByName_andAutoSaysWhy() {
        BackendUnavailableException refusal = assertThrows(BackendUnavailableException.class,
                () -> Backends.open(BackendChoice.of("cuda"), new Properties(), Map.of(), Optional.empty()));
        assertEquals("fusedvae-cuda is not on the class path or module path; add the artifact of the engine's version, or use cpu", refusal.getMessage());
        Backends.Opened opened = Backends.open(BackendChoice.auto(), new Properties(), Map.of(), Optional.empty());
        assertEquals("auto took cpu, since fusedvae-cuda is not on the class path or module path", opened.notes().getFirst());
        opened.backend().close();
    }

    @Test
    void auto_takesCudaWhereADeviceIsReady() {
        Backend gpu = new ReferenceBackend();
        Backends.Opened opened = auto(BackendChoice.auto(), Map.of(), (environment, choice) -> gpu);
        assertSame(gpu, opened.backend());
        assertEquals(List.of("auto took cuda: " + gpu.device() + " is ready"), opened.notes());
        assertEquals("cpu", auto(BackendChoice.auto(), Map.of(Backends.VARIABLE, "cpu"), (environment, choice) -> gpu).backend().name());
        assertEquals("cpu", auto(BackendChoice.auto(), Map.of("FVAE_CUDA", "simt"), (environment, choice) -> gpu).backend().name());
        Backends.Opened threads = auto(new BackendChoice("auto", 2), Map.of(), (environment, choice) -> gpu);
        assertEquals("auto took cpu, since a number of threads was asked for", threads.notes().getFirst());
    }

    @Test
    void auto_saysWhyItDidNotTakeCuda() {
        Backends.Opened opened = auto(BackendChoice.auto(), Map.of(), (environment, choice) -> {
            throw new BackendUnavailableException("the device is on fire", "use cpu");
        });
        assertEquals("cpu", opened.backend().name());
        assertEquals("auto took cpu, since the device is on fire", opened.notes().getFirst());
        opened.backend().close();
    }

    @Test
    void propertyThenVariable_settleAuto() {
        Map<String, String> environment = Map.of(Backends.VARIABLE, "reference");
        assertEquals("auto took reference: FVAE_BACKEND says so", open(BackendChoice.auto(), "", environment).notes().getFirst());
        assertEquals("cpu", open(BackendChoice.auto(), "cpu", environment).backend().name());
        assertEquals("cpu", open(BackendChoice.of("cpu"), "", environment).backend().name());
    }

    @Test
    void wantedBackend_isTheOneThatWouldBeOpened_orAutoWhereNobodySays() {
        Map<String, String> environment = Map.of(Backends.VARIABLE, "cuda");
        Properties properties = new Properties();
        assertEquals("auto", Backends.wanted(BackendChoice.auto(), properties, Map.of(Backends.VARIABLE, " ")));
        assertEquals("cuda", Backends.wanted(BackendChoice.auto(), properties, environment));
        assertEquals("cpu", Backends.wanted(BackendChoice.of("cpu"), properties, environment));
        properties.setProperty(Backends.PROPERTY, "reference");
        assertEquals("reference", Backends.wanted(BackendChoice.auto(), properties, environment));
    }

    @Test
    void namedBackend_isNeverReplaced() {
        Map<String, String> noDriver = Map.of("FVAE_CUDA", "emulator");
        String message = assertThrows(BackendUnavailableException.class, () -> open(BackendChoice.of("cuda"), "", noDriver)).getMessage();
        assertEquals("FVAE_CUDA='emulator' is not a driver; set it to simt to run the kernels on the CPU, or unset it to run them on a GPU", message);
        assertThrows(BackendUnavailableException.class, () -> open(BackendChoice.auto(), "cuda", noDriver));
    }

    @Test
    void unknownNames_areRefusedWithTheList() {
        String list = " must be one of auto, cpu, reference, cuda; got 'tpu'";
        assertEquals("the backend" + list, assertThrows(IllegalArgumentException.class, () -> BackendChoice.of("tpu")).getMessage());
        assertEquals("FVAE_BACKEND" + list, assertThrows(IllegalArgumentException.class,
                () -> open(BackendChoice.auto(), "", Map.of(Backends.VARIABLE, "tpu"))).getMessage());
        assertEquals("fvae.backend" + list, assertThrows(IllegalArgumentException.class,
                () -> open(BackendChoice.auto(), "tpu", Map.of())).getMessage());
    }

    @Test
    void threads_areCheckedAndUsed() {
        assertTrue(open(new BackendChoice("cpu", 3), "", Map.of()).backend().device().contains("3 threads"));
        assertThrows(IllegalArgumentException.class, () -> new BackendChoice("cpu", -1));
        assertThrows(IllegalArgumentException.class, () -> open(new BackendChoice("reference", 2), "", Map.of()));
    }
}
