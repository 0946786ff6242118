package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.plan.Call;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// What one launch of a plan takes on the device.
///
/// @param kernel `linear_bias_act/2_tiled`, the names of a phase's parts, or `linear/cublas` where a library runs it
/// @param calls  what it computes
/// @param blocks of its grid, which a library chooses itself: then of the kernel it stands for
/// @param warm   with its operands in the L2 cache as far as they fit: launches one after the other in a graph, so the
///               way from node to node is part of it
/// @param cold   with the L2 cache overwritten before: a single launch between two events, so what [#of] gives for an
///               empty pair is part of it
public record LaunchTime(String kernel, List<Call> calls, int blocks, Spread warm, Spread cold) {

    public LaunchTime {
        calls = List.copyOf(calls);
    }

    /// Microseconds of several measurements, in the order in which they were taken.
    public record Spread(List<Double> micros) {
        public Spread {
            micros = List.copyOf(micros);
        }

        static Spread of(double[] micros) {
            return new Spread(Arrays.stream(micros).boxed().toList());
        }

        public double medianMicros() {
            return micros.stream().sorted().toList().get(micros.size() / 2);
        }

        public double minMicros() {
            return Collections.min(micros);
        }

        public double maxMicros() {
            return Collections.max(micros);
        }
    }

    /// All launches of a plan.
    ///
    /// @param emptyPair two events with nothing between, after the L2 cache was overwritten
    public record Table(List<LaunchTime> launches, Spread emptyPair) {
        public Table {
            launches = List.copyOf(launches);
        }
    }

    /// Times every launch of the first step `repeats` times. The parameters of `executable` are worth nothing after it.
    ///
    /// @throws IllegalArgumentException for an executable of another backend
    public static Table of(Executable executable, int repeats) {
        if (!(executable instanceof CudaExecutable cuda)) {
            throw new IllegalArgumentException("only executables of the cuda backend have launches to time; load the plan on it");
        }
        return cuda.time(repeats);
    }
}
