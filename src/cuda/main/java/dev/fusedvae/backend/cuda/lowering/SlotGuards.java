package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Guards;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.driver.SimtDriver;
import dev.fusedvae.backend.cuda.driver.Staging;
import dev.fusedvae.graph.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The guard words between slots, on any device. A stand-in driver that is built with a sanitizer poisons them instead: then the first
/// access, even a read, ends the process and its message names the line.
public final class SlotGuards implements Guards {
    /// The pattern, a signalling NaN: a kernel that reads it computes NaN, and arithmetic gives quiet NaNs only, so no kernel can write
    /// the pattern by chance.
    private static final int PATTERN = 0xffa5a5a5;

    private final Driver driver;
    private final Runnable enter;
    private final Slots slots;
    private final Staging staging;
    private final Set<Slots.Gap> poisoned = new HashSet<>();
    private final boolean sanitized = SimtDriver.sanitized();

    /// @param enter is called before the device is used, and throws if the slots have been freed
    public SlotGuards(Driver driver, Runnable enter, Slots slots, Staging staging) {
        this.driver = driver;
        this.enter = enter;
        this.slots = slots;
        this.staging = staging;
    }

    @Override
    public void arm() {
        synchronized (driver) {
            enter.run();
            for (Slots.Gap gap : slots.gaps()) {
                if (!sanitized) {
                    driver.fill(gap.address(), PATTERN, gap.bytes());
                } else if (poisoned.add(gap)) {
                    SimtDriver.guard(gap.address(), gap.bytes());
                }
            }
            driver.synchronize();
        }
    }

    @Override
    public Optional<Tensor> damaged() {
        synchronized (driver) {
            enter.run();
            List<Slots.Gap> gaps = sanitized ? List.of() : slots.gaps();
            return gaps.stream().filter(this::written).findFirst().map(Slots.Gap::slot);
        }
    }

    @Override
    public List<String> orders() {
        return SimtDriver.orders();
    }

    @Override
    public void order(String name) {
        SimtDriver.order(name);
    }

    private boolean written(Slots.Gap gap) {
        float[] words = new float[Math.toIntExact(gap.bytes() / 4)];
        staging.download(gap.address(), words, words.length);
        for (float word : words) {
            if (Float.floatToRawIntBits(word) != PATTERN) {
                return true;
            }
        }
        return false;
    }
}
