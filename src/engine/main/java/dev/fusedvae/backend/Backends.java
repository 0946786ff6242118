package dev.fusedvae.backend;

import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.simd.Simd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/// Finds and opens the backend to run on. A backend that was asked for by name is opened or an exception says why it cannot run;
/// it is never replaced by another.
///
/// `auto` means what the system property `fvae.backend` says, else what the environment variable `FVAE_BACKEND` says, else
/// cuda if a GPU is ready, else cpu; a note says which and why.
public final class Backends {
    /// The system property that says what `auto` means.
    public static final String PROPERTY = "fvae.backend";
    /// The environment variable that says what `auto` means if the property is not set.
    public static final String VARIABLE = "FVAE_BACKEND";

    private static final String WITHOUT_CUDA = "fusedvae-cuda is not on the class path or module path";

    private Backends() {}

    /// A backend ready to run.
    ///
    /// @param notes what `auto` chose and why, and what slows the backend down, one line each
    public record Opened(Backend backend, List<String> notes) {
        public Opened {
            notes = List.copyOf(notes);
        }
    }

    /// The name in `choice`; if that is `auto`, the name in the property, else in the variable; `auto` if neither is set. Opens
    /// nothing.
    ///
    /// @throws IllegalArgumentException if the property or the variable does not name a backend
    public static String wanted(BackendChoice choice) {
        return wanted(choice, System.getProperties(), System.getenv());
    }

    static String wanted(BackendChoice choice, Properties properties, Map<String, String> environment) {
        return choice.name().equals("auto") ? settle(properties, environment, new ArrayList<>()) : choice.name();
    }

    /// Opens the backend of `choice`; the caller closes it.
    ///
    /// @throws BackendUnavailableException if the backend was asked for by name and cannot run
    /// @throws IllegalArgumentException    if the property or the variable does not name a backend, or if the choice has options
    ///                                     that the backend does not have
    public static Opened open(BackendChoice choice) {
        return open(choice, System.getProperties(), System.getenv());
    }

    static Opened open(BackendChoice choice, Properties properties, Map<String, String> environment) {
        return open(choice, properties, environment, cuda());
    }

    /// The provider of the cuda backend, if its artifact is visible to the class loader of the engine or to that of the calling thread.
    private static Optional<BackendProvider> cuda() {
        return Stream.of(ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader()), ServiceLoader.load(BackendProvider.class))
                .flatMap(loader -> loader.stream().map(ServiceLoader.Provider::get))
                .filter(provider -> provider.name().equals("cuda")).findFirst();
    }

    static Opened open(BackendChoice choice, Properties properties, Map<String, String> environment, Optional<BackendProvider> cuda) {
        List<String> notes = new ArrayList<>();
        String name = choice.name().equals("auto") ? settle(properties, environment, notes) : choice.name();
        if (name.equals("auto")) {
            Optional<Backend> gpu = gpu(choice, environment, cuda, notes);
            if (gpu.isPresent()) {
                return new Opened(gpu.get(), notes);
            }
            name = "cpu";
        }
        if (!name.equals("cuda") && !choice.cuda().equals(CudaChoice.DEFAULT)) {
            throw new IllegalArgumentException("launcher, replay, vendor, kernels and variants are choices of the cuda backend, and this is " + name
                    + "; leave them out, or choose the cuda backend");
        }
        Backend backend = switch (name) {
            case "reference" -> reference(choice.threads());
            case "cpu" -> new CpuBackend(choice.threads() == 0 ? Runtime.getRuntime().availableProcessors() : choice.threads());
            default -> cuda.orElseThrow(() -> new BackendUnavailableException(WITHOUT_CUDA,
                    "add the artifact of the engine's version, or use cpu")).open(environment, choice.cuda());
        };
        if (name.equals("cpu")) {
            Simd.warning().ifPresent(notes::add);
        }
        notes.addAll(backend.notes());
        return new Opened(backend, notes);
    }

    private static String settle(Properties properties, Map<String, String> environment, List<String> notes) {
        Optional<String> property = Optional.ofNullable(properties.getProperty(PROPERTY));
        Optional<String> variable = Optional.ofNullable(environment.get(VARIABLE)).filter(v -> !v.isBlank());
        String origin = property.isPresent() ? PROPERTY : VARIABLE;
        String wanted = property.or(() -> variable).orElse("auto");
        BackendChoice.check(origin, wanted);
        if (!wanted.equals("auto")) {
            notes.add("auto took " + wanted + ": " + origin + " says so");
        }
        return wanted;
    }

    /// The cuda backend, if `auto` may take it and it can run; else a note says why not.
    private static Optional<Backend> gpu(BackendChoice choice, Map<String, String> environment, Optional<BackendProvider> cuda, List<String> notes) {
        Optional<String> reason = notEvenAsked(choice, environment, cuda);
        if (reason.isEmpty()) {
            try {
                Backend backend = cuda.orElseThrow().open(environment, choice.cuda());
                notes.add("auto took cuda: " + backend.device() + " is ready");
                return Optional.of(backend);
            } catch (BackendUnavailableException e) {
                reason = Optional.of(e.reason());
            }
        }
        notes.add("auto took cpu, since " + reason.get());
        return Optional.empty();
    }

    private static Optional<String> notEvenAsked(BackendChoice choice, Map<String, String> environment, Optional<BackendProvider> cuda) {
        if (cuda.isEmpty()) {
            return Optional.of(WITHOUT_CUDA);
        }
        Optional<String> heldBack = cuda.get().heldBack(environment);
        return heldBack.isEmpty() && choice.threads() > 0 ? Optional.of("a number of threads was asked for") : heldBack;
    }

    private static Backend reference(int threads) {
        if (threads > 1) {
            throw new IllegalArgumentException("the reference backend runs on one thread, got " + threads
                    + "; leave the number out or use cpu");
        }
        return new ReferenceBackend();
    }
}
