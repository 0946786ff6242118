package dev.fusedvae;

import dev.fusedvae.backend.cuda.driver.Probe;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A test on a real GPU; without one it is skipped, with the reason.
///
/// With `-Dfvae.gpu=required` (bench/gpu/run) it is not skipped, so that it fails without a GPU; with `-Dfvae.gpu=rehearse` it runs on
/// the SIMT device instead.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Tag("gpu")
@ExtendWith(GpuTest.Condition.class)
public @interface GpuTest {
    /// The system property that says what happens without a GPU.
    String PROPERTY = "fvae.gpu";

    /// The values of [#PROPERTY].
    enum Wish {
        IF_PRESENT, REQUIRED, REHEARSE;

        /// The value in this process.
        public static Wish current() {
            String said = System.getProperty(PROPERTY, "");
            return switch (said) {
                case "" -> IF_PRESENT;
                case "required" -> REQUIRED;
                case "rehearse" -> REHEARSE;
                default -> throw new IllegalArgumentException("-D" + PROPERTY + " is required, rehearse or not given, got '" + said + "'");
            };
        }
    }

    /// Skips tests if there is no GPU and none is required.
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return switch (Wish.current()) {
                case REQUIRED, REHEARSE -> ConditionEvaluationResult.enabled("-D" + PROPERTY + "=" + System.getProperty(PROPERTY));
                case IF_PRESENT -> ifPresent();
            };
        }

        private static ConditionEvaluationResult ifPresent() {
            if (!System.getenv().getOrDefault(Probe.VARIABLE, "").isBlank()) {
                return ConditionEvaluationResult.disabled("skipped: " + Probe.VARIABLE + " is set, so this process has no GPU; unset it (-Dfvae.cuda=)");
            }
            return switch (Probe.of(System.getenv())) {
                case Probe.Outcome.Ready ready -> ConditionEvaluationResult.enabled(ready.device());
                case Probe.Outcome.Refused refused -> ConditionEvaluationResult.disabled("skipped: " + refused.reason());
            };
        }
    }
}
