package dev.fusedvae.backend.cpu;

import dev.fusedvae.check.Trial;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.VaeSpec;
import java.util.Comparator;
import java.util.List;

/// Prints what each member of a team allocates once the compiler has seen every loop: [AllocationTest] reads it.
///
/// A line a level: bytes of both threads in 250 steps, with a new epoch every 25.
final class SteadyState {
    private static final int STEPS = 250;
    private static final int BATCH = 6;
    private static final int STEPS_AN_EPOCH = 25;
    /// On two processors that others use as well the compiler took 20 seconds for all loops of a step.
    private static final long WARM_UP_NANOS = 40_000_000_000L;

    private SteadyState() {}

    /// The thread that calls `run`: it waits without allocating, so that all it allocates is what `run` does.
    private static final class Caller extends Thread {
        private final CpuExecutable executable;
        private final double[] metrics = new double[2 * STEPS];
        private volatile long first;
        private volatile int wanted;
        private volatile int done;

        Caller(CpuExecutable executable) {
            this.executable = executable;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (true) {
                while (wanted == done) {
                    Thread.onSpinWait();
                }
                if (wanted < 0) {
                    return;
                }
                executable.run(first, STEPS, metrics);
                done = wanted;
            }
        }

        void end() {
            wanted = -1;
        }

        void steps(long from) throws InterruptedException {
            first = from;
            wanted = done + 1;
            while (wanted != done) {
                if (!isAlive()) {
                    throw new IllegalStateException("the calling thread has died");
                }
                Thread.sleep(1);
            }
        }
    }

    /// @param arguments `vae` with noise and binarization, or `autoencoder` with neither; then fusion levels
    public static void main(String[] arguments) throws ReflectiveOperationException, InterruptedException {
        boolean vae = arguments[0].equals("vae");
        VaeSpec spec = VaeSpec.of(45, List.of(40), 5).withActivation(Activation.TANH);
        Trial trial = Trial.of(vae ? spec : spec.withObjective(new Objective.Autoencoder()), BATCH, BATCH * STEPS_AN_EPOCH, 8).clipped(1)
                .binarized(vae ? Binarization.DYNAMIC : Binarization.NONE);
        for (String level : List.of(arguments).subList(1, arguments.length)) {
            try (CpuBackend backend = new CpuBackend(2)) {
                Thread member = member();
                CpuExecutable executable = backend.load(trial.plan(FusionLevel.parse(level)), trial.feed());
                trial.start(executable);
                Caller caller = new Caller(executable);
                caller.start();
                AllocatedBytes first = new AllocatedBytes(caller);
                AllocatedBytes second = new AllocatedBytes(member);
                System.out.println(least(caller, first, second));
                caller.end();
            }
        }
    }

    /// The fewest bytes of both threads in any of the chunks.
    private static long least(Caller caller, AllocatedBytes first, AllocatedBytes second) throws ReflectiveOperationException, InterruptedException {
        long least = Long.MAX_VALUE;
        long deadline = System.nanoTime() + WARM_UP_NANOS;
        for (long chunk = 0; least > 0 && System.nanoTime() < deadline; chunk++) {
            first.start();
            second.start();
            caller.steps(chunk * STEPS);
            least = Math.min(least, first.sinceStart() + second.sinceStart());
        }
        return least;
    }

    private static Thread member() {
        // threads of a team that was closed may still be ending
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("fusedvae-"))
                .max(Comparator.comparingLong(Thread::threadId)).orElseThrow();
    }
}
