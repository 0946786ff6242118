package dev.fusedvae.backend.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.OptimizerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The codes in the kernels' headers equal those in Java.
class CodesTest {

    /// The enumerators of `name` in a header of kernels/common, by number.
    private static Map<Integer, String> enumerators(String header, String name) throws IOException {
        String text = Files.readString(Path.of("kernels", "common", header));
        Matcher body = Pattern.compile("enum " + name + " : uint32_t \\{([^}]*)}").matcher(text);
        assertTrue(body.find(), header + " lacks " + name);
        return Arrays.stream(body.group(1).split(",")).map(String::strip).collect(Collectors.toMap(
                line -> Integer.parseInt(line.substring(line.indexOf('=') + 1).strip()), line -> line.substring(0, line.indexOf('=')).strip(),
                (a, b) -> {
                    throw new AssertionError(a + " and " + b + " of " + name + " have one number");
                }, TreeMap::new));
    }

    private static String constant(String flag) {
        return flag.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    @Test
    void activations() throws IOException {
        assertEquals(Arrays.stream(Activation.values()).collect(Collectors.toMap(Activation::code, Enum::name)), enumerators("activation.cuh", "ActivationCode"));
    }

    @Test
    void binarizations() throws IOException {
        assertEquals(Arrays.stream(Binarization.values()).collect(Collectors.toMap(Binarization::code, b -> b == Binarization.NONE ? "AS_IS" : b.name())),
                enumerators("args.cuh", "BinarizationCode"));
    }

    @Test
    void optimizers() throws IOException {
        Stream<OptimizerSpec> all = Stream.of(new OptimizerSpec.Adam(1), new OptimizerSpec.AdamW(1, 0, 0, 1, 0), new OptimizerSpec.Sgd(1, 0));
        assertEquals(OptimizerSpec.class.getPermittedSubclasses().length, enumerators("args.cuh", "OptimizerCode").size());
        assertEquals(all.collect(Collectors.toMap(OptimizerSpec::code, o -> constant(o.flag()))), enumerators("args.cuh", "OptimizerCode"));
    }

    @Test
    void likelihoods() throws IOException {
        assertEquals(Likelihood.all(1).stream().collect(Collectors.toMap(Likelihood::code, l -> constant(l.flag()))),
                enumerators("likelihood.cuh", "LikelihoodCode"));
    }

    @Test
    void corruptions() throws IOException {
        assertEquals(Map.of(Corruption.NONE.code(), "UNCORRUPTED", new Corruption.Gaussian(1).code(), "GAUSSIAN_CORRUPTION",
                new Corruption.Masking(0.5).code(), "MASKING"), enumerators("family_args.cuh", "CorruptionCode"));
        assertEquals(Corruption.class.getPermittedSubclasses().length, enumerators("family_args.cuh", "CorruptionCode").size());
    }
}
