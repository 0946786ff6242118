package dev.fusedvae.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.check.Trial;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GraphTest {
    private static final VaeSpec SPEC = VaeSpec.of(784, List.of(400), 20);

    private static Graph training(VaeSpec spec) {
        return Graphs.training(spec, new OptimizerSpec.Adam(1e-3), OptionalDouble.empty(), Binarization.NONE);
    }

    @Test
    void parameters_haveTheNamesAndShapesOfAPyTorchModule() {
        assertEquals(List.of("encoder.0.weight[400, 784]", "encoder.0.bias[1, 400]", "heads.weight[40, 400]", "heads.bias[1, 2x20]",
                "decoder.0.weight[400, 20]", "decoder.0.bias[1, 400]", "decoder.2.weight[784, 400]", "decoder.2.bias[1, 784]"),
                training(SPEC).tensors(Tensor.Role.PARAMETER).stream().map(Tensor::toString).toList());
    }

    @Test
    void everyParameter_hasOneGradientAndOneUpdate() {
        Random random = new Random(5);
        for (int i = 0; i < 40; i++) {
            Graph graph = training(Trial.anySpec(random, random.nextInt(4), random.nextInt(4)));
            List<Tensor> parameters = graph.tensors(Tensor.Role.PARAMETER);
            List<Op.Update> updates = graph.ops().stream().filter(Op.Update.class::isInstance).map(Op.Update.class::cast).toList();
            assertEquals(new HashSet<>(parameters), updates.stream().map(Op.Update::parameter).collect(Collectors.toSet()));
            assertEquals(parameters.size(), updates.size());
            for (Op.Update update : updates) {
                assertEquals(update.parameter().companion("d", Tensor.Role.GRADIENT), update.gradient());
                assertEquals(1, graph.ops().stream().filter(op -> op.writes().contains(update.gradient())).count());
            }
        }
    }

    /// Nothing is computed for nobody: no gradient of the data, no tensor that no op reads but the results.
    @Test
    void everyTensor_isReadOrIsAResult() {
        Random random = new Random(6);
        for (int i = 0; i < 40; i++) {
            Graph graph = training(Trial.anySpec(random, random.nextInt(4), random.nextInt(4)));
            Set<Tensor> read = graph.ops().stream().flatMap(op -> op.reads().stream()).collect(Collectors.toSet());
            for (Tensor t : graph.tensors()) {
                assertTrue(read.contains(t) || graph.results().contains(t), t + " is read by nobody");
            }
            assertTrue(graph.tensors().stream().noneMatch(t -> t.name().equals("x.d")));
        }
    }

    @Test
    void identity_addsNoActivationOps() {
        assertTrue(training(SPEC.withActivation(Activation.IDENTITY)).ops().stream()
                .noneMatch(op -> op instanceof Op.Activate || op instanceof Op.ActivateBackward));
    }

    @Test
    void autoencoder_hasNeitherNoiseNorKl() {
        Graph graph = training(SPEC.withObjective(new Objective.Autoencoder()));
        assertTrue(graph.ops().stream().noneMatch(op -> op instanceof Op.Noise || op instanceof Op.KlDivergence
                || op instanceof Op.Reparameterize || op instanceof Op.KlBackward));
        assertEquals("[B, 20]", graph.tensor("code").shape());
    }

    @Test
    void learnedScalar_isTheLastParameter() {
        List<Tensor> parameters = training(SPEC.withLikelihood(new Likelihood.GaussianScalar())).tensors(Tensor.Role.PARAMETER);
        assertEquals("likelihood.log_var[1, 1]", parameters.getLast().toString());
    }

    @Test
    void inferenceGraphs_haveNoGradientsAndNoState() {
        for (Graph graph : List.of(Graphs.elbo(SPEC, Binarization.NONE), Graphs.encode(SPEC, Binarization.NONE), Graphs.decode(SPEC))) {
            assertEquals(List.of(), graph.tensors(Tensor.Role.GRADIENT));
            assertEquals(List.of(), graph.tensors(Tensor.Role.STATE));
            assertFalse(graph.results().isEmpty());
        }
    }

    @Test
    void graph_refusesATensorThatIsReadBeforeItIsWritten_orWrittenTwice() {
        Tensor a = Tensor.perExample("a", 3, 1);
        Tensor b = Tensor.perExample("b", 3, 1);
        Op first = new Op.Noise(a);
        Op second = new Op.Activate(Activation.RELU, a, b);
        assertEquals(2, new Graph(SPEC, List.of(), List.of(first, second), List.of(b)).ops().size());
        assertMessage("before it is written", List.of(second, first));
        assertMessage("a second time", List.of(first, first));
    }

    private static void assertMessage(String part, List<Op> ops) {
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> new Graph(SPEC, List.of(), ops, List.of()));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void tensor_refusesAShapeWithoutElements() {
        assertThrows(IllegalArgumentException.class, () -> Tensor.perExample("t", 0, 1));
        assertThrows(IllegalArgumentException.class, () -> Tensor.perExample("t", 1, 3));
    }
}
