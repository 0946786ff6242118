package dev.fusedvae.backend.cuda.driver;

import dev.fusedvae.backend.cuda.kernels.Architecture;
import dev.fusedvae.run.BackendUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// Finds out whether CUDA kernels can run in this process, and if not, why. The answer is computed once and kept.
///
/// A driver that is loaded cannot be replaced, so a process uses either NVIDIA's driver or the SIMT device.
public final class Probe {
    /// The environment variable that chooses the driver: `simt`, or nothing for NVIDIA's.
    public static final String VARIABLE = "FVAE_CUDA";

    /// The answer.
    public sealed interface Outcome {

        /// One line for users.
        String text();

        /// A driver with a device is loaded.
        ///
        /// @param architecture what the kernel library compiles for: `sm_90`, or `simt`
        /// @param device       its name, compute capability and driver, in words
        record Ready(String architecture, String device) implements Outcome {
            @Override
            public String text() {
                return device;
            }

            public boolean simulated() {
                return architecture.equals("simt");
            }
        }

        /// No kernel can run in this process.
        ///
        /// @param remedy what the user can use instead, or change
        record Refused(String reason, String remedy) implements Outcome {
            @Override
            public String text() {
                return reason + "; " + remedy;
            }
        }
    }

    private enum Kind { NVIDIA, SIMT }

    /// Static, because the loaded driver belongs to the process.
    private static final Map<Kind, Outcome> ANSWERS = new EnumMap<>(Kind.class);

    private Probe() {}

    /// The answer for `environment`; only the first call takes time.
    public static Outcome of(Map<String, String> environment) {
        String wanted = environment.getOrDefault(VARIABLE, "").strip();
        return switch (wanted) {
            case "" -> answer(Kind.NVIDIA, environment);
            case "simt" -> answer(Kind.SIMT, environment);
            default -> new Outcome.Refused(VARIABLE + "='" + wanted + "' is not a driver",
                    "set it to simt to run the kernels on the CPU, or unset it to run them on a GPU");
        };
    }

    /// The driver of `environment`.
    ///
    /// @throws BackendUnavailableException with reason and remedy if there is none
    public static Outcome.Ready require(Map<String, String> environment) {
        return switch (of(environment)) {
            case Outcome.Ready ready -> ready;
            case Outcome.Refused refused -> throw new BackendUnavailableException(refused.reason(), refused.remedy());
        };
    }

    private static synchronized Outcome answer(Kind kind, Map<String, String> environment) {
        Outcome known = ANSWERS.get(kind);
        if (known != null) {
            return known;
        }
        for (Map.Entry<Kind, Outcome> other : ANSWERS.entrySet()) {
            if (other.getValue() instanceof Outcome.Ready ready) {
                return new Outcome.Refused("this process runs its kernels on " + ready.device(),
                        "start another with " + VARIABLE + (kind == Kind.SIMT ? "=simt" : " unset"));
            }
        }
        Outcome found = switch (kind) {
            case NVIDIA -> nvidia();
            case SIMT -> simt(environment);
        };
        ANSWERS.put(kind, found);
        return found;
    }

    private static Outcome nvidia() {
        String simt = "use cpu, or set " + VARIABLE + "=simt to run the kernels on the CPU";
        Optional<String> reason = missingDriver();
        if (reason.isPresent()) {
            return new Outcome.Refused(reason.get(), simt);
        }
        try {
            return judge(Driver.architecture(), Driver.describe());
        } catch (LinkageError e) {
            return new Outcome.Refused("an NVIDIA driver is installed, but JCuda's native library cannot be loaded: " + firstLine(e),
                    "JCuda has one for linux on x86-64 only; use cpu");
        } catch (IllegalStateException e) {
            return new Outcome.Refused(e.getMessage(), simt);
        }
    }

    /// The answer for a GPU of that architecture.
    public static Outcome judge(String architecture, String device) {
        if (Architecture.of(architecture).number() < Architecture.OLDEST) {
            return new Outcome.Refused("the GPU is too old for the kernels, which need compute capability 8.0 (Ampere) or newer: " + device,
                    "use cpu, or a newer GPU");
        }
        return new Outcome.Ready(architecture, device);
    }

    private static Outcome simt(Map<String, String> environment) {
        Optional<Outcome.Refused> refused = SimtDriver.load(environment);
        if (refused.isPresent()) {
            return refused.get();
        }
        try {
            return new Outcome.Ready("simt", Driver.describe());
        } catch (LinkageError e) {
            return new Outcome.Refused("the SIMT device needs JCuda's native library, which cannot be loaded: " + firstLine(e),
                    "JCuda has one for linux on x86-64 only; use cpu");
        } catch (IllegalStateException e) {
            return new Outcome.Refused(e.getMessage(), "use cpu");
        }
    }

    /// The first line only, because JCuda's message continues with stack traces.
    private static String firstLine(LinkageError e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
    }

    /// A cheap check without JCuda: whether there is a driver, whether it starts, and whether it has a device.
    @SuppressWarnings("restricted") // a driver is native code
    private static Optional<String> missingDriver() {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup driver = SymbolLookup.libraryLookup("libcuda.so.1", arena);
            int status = call(driver, "cuInit", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), 0);
            if (status != 0) {
                return Optional.of("the NVIDIA driver does not start: cuInit gave " + status
                        + (status == 100 ? ", no device" : status == 803 ? ", kernel module and library differ in version" : ""));
            }
            MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
            status = call(driver, "cuDeviceGetCount", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS), count);
            return status == 0 && count.get(ValueLayout.JAVA_INT, 0) > 0
                    ? Optional.empty() : Optional.of("the NVIDIA driver is installed, but finds no device");
        } catch (IllegalArgumentException e) {
            return Optional.of("no NVIDIA driver was found: there is no libcuda.so.1");
        }
    }

    @SuppressWarnings("restricted")
    private static int call(SymbolLookup library, String name, FunctionDescriptor signature, Object argument) {
        MemorySegment symbol = library.find(name).orElseThrow(() -> new IllegalArgumentException(name));
        try {
            return (int) Linker.nativeLinker().downcallHandle(symbol, signature).invokeWithArguments(argument);
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) { // declared by method handles; a C function throws nothing
            throw new IllegalStateException(e);
        }
    }
}
