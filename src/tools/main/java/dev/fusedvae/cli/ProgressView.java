package dev.fusedvae.cli;

import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.TrainingInfo;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.Objective;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;

/// Shows a training on stderr: a bar on a terminal, one line per epoch elsewhere, nothing when quiet.
final class ProgressView implements TrainingListener, AutoCloseable {
    private static final int INTERVAL_MILLIS = 200;

    private final Terminal terminal;
    private final boolean quiet;
    private final BooleanSupplier cancelled;
    private Optional<TrainingInfo> info = Optional.empty();
    private Optional<ProgressBar> bar = Optional.empty();

    ProgressView(Terminal terminal, boolean quiet, BooleanSupplier cancelled) {
        this.terminal = terminal;
        this.quiet = quiet;
        this.cancelled = cancelled;
    }

    @Override
    public void started(TrainingInfo training) {
        info = Optional.of(training);
        if (quiet) {
            return;
        }
        training.notes().forEach(note -> terminal.say("fvae: " + note));
        terminal.say("%s, %s parameters, on %d examples; %d epochs of %d steps; %s".formatted(
                training.spec().shape(), Units.count(training.parameters()), training.trainExamples(), training.train().epochs(),
                training.stepsPerEpoch(), training.device()));
        if (training.firstStep() > 0) {
            terminal.say("resumed after step %d of %d".formatted(training.firstStep(), training.steps()));
        }
        if (terminal.interactive()) {
            long done = examples(training.firstStep());
            bar = Optional.of(new ProgressBarBuilder().setInitialMax(Math.max(1, examples(training.steps())))
                    .startsFrom(done, java.time.Duration.ZERO).setUpdateIntervalMillis(INTERVAL_MILLIS)
                    .setConsumer(new ConsoleProgressBarConsumer(terminal.err(), terminal.width() - 1))
                    .setRenderer(this::render).clearDisplayOnFinish().build());
        }
    }

    @Override
    public void progress(long step, long steps, double value) {
        bar.ifPresent(b -> b.stepTo(examples(step)).setExtraMessage(String.format(Locale.ROOT, "%s %.2f", bound().name(), value)));
    }

    @Override
    public void epoch(EpochMetrics m) {
        if (!quiet && bar.isEmpty()) {
            terminal.say(String.format(Locale.ROOT, "epoch %d/%d  train %.2f%s  test %.2f = %.2f - KL %.2f  %d active  %s  %s examples/s",
                    m.epoch(), info.orElseThrow().train().epochs(), m.train().elbo(), bound().splits() ? "" : " (" + bound().name() + ")",
                    m.test().elbo(), m.test().reconstruction(),
                    m.test().kl(), m.activeUnits(), Units.seconds(m.seconds()), Units.count(m.examplesPerSecond())));
        }
    }

    private Objective.Bound bound() {
        return info.orElseThrow().spec().objective().bound();
    }

    @Override
    public boolean cancelled() {
        return cancelled.getAsBoolean();
    }

    /// Ends the bar and leaves its line empty, so that what is said next starts a line.
    void end() {
        bar.ifPresent(ProgressBar::close);
        bar = Optional.empty();
    }

    @Override
    public void close() {
        end();
    }

    /// Training examples seen after `step` steps: the last batch of an epoch may be smaller.
    private long examples(long step) {
        TrainingInfo t = info.orElseThrow();
        long epochs = step / t.stepsPerEpoch();
        return epochs * t.trainExamples() + Math.min(t.trainExamples(), step % t.stepsPerEpoch() * t.train().batchSize());
    }

    /// `epoch 3/10  27% [====>      ] 12 s left  ELBO -108.20  151 k examples/s`
    private String render(ProgressState state, int width) {
        TrainingInfo t = info.orElseThrow();
        double rate = (state.getCurrent() - state.getStart()) / Math.max(1e-3, state.getElapsedAfterStart().toMillis() / 1e3);
        double share = state.getNormalizedProgress();
        int cells = width < 100 ? 16 : 32;
        int filled = (int) (share * cells);
        long epoch = Math.min(t.train().epochs(), state.getCurrent() / t.trainExamples() + 1);
        String left = rate > 0 ? Units.seconds((state.getMax() - state.getCurrent()) / rate) + " left" : "";
        String line = String.format(Locale.ROOT, "epoch %d/%d %3.0f%% [%s%s] %s  %s  %s examples/s", epoch, t.train().epochs(), 100 * share,
                "=".repeat(filled), " ".repeat(cells - filled), left, state.getExtraMessage(), Units.count(rate));
        return line.length() > width ? line.substring(0, width) : line + " ".repeat(width - line.length());
    }
}
