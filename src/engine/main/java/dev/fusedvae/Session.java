package dev.fusedvae;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.eval.Decoded;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;

/// Encodes and decodes batches of one size with the least delay: it has threads of its own and allocates nothing after
/// the first calls. Not for several threads at once; each takes a session of its own.
public final class Session implements AutoCloseable {
    private static final double[] NO_METRICS = {};

    /// One graph, its input and its result.
    private static final class Half {
        final float[] input;
        final float[] result;
        final Executable executable;
        final Tensor tensor;

        Half(Backend backend, Graph graph, int batch, int width, Parameters parameters) {
            input = new float[Math.multiplyExact(batch, width)];
            tensor = graph.results().getFirst();
            result = new float[Math.toIntExact(tensor.elements(batch))];
            executable = backend.load(Plan.of(graph, backend.fusion(), batch),
                    new Feed.Inference(new Examples.Floats(input, width), batch, 0));
            parameters.write(executable, graph.tensors(Tensor.Role.PARAMETER));
        }

        void run(float[] from) {
            System.arraycopy(from, 0, input, 0, input.length);
            executable.examplesChanged();
            executable.run(0, 1, NO_METRICS);
            executable.read(tensor, result);
        }
    }

    private final Backend backend;
    private final Half encoder;
    private final Half decoder;
    private final Decoded decoded;
    private final int batch;
    private final int latent;
    private final int logVars;
    private final int features;

    /// @param backend of its own: closed with the session, and if it cannot be made
    Session(Backend backend, Graph encode, Graph decode, int batch, Parameters parameters) {
        this.backend = backend;
        this.batch = batch;
        features = encode.spec().features();
        latent = encode.spec().latent();
        logVars = encode.spec().objective().headsPerLatent() == 2 ? latent : 0;
        decoded = new Decoded(encode.spec());
        try {
            encoder = new Half(backend, encode, batch, features, parameters);
            decoder = new Half(backend, decode, batch, latent, parameters);
        } catch (RuntimeException | OutOfMemoryError e) {
            backend.close();
            throw e;
        }
    }

    /// Rows of every call.
    public int batch() {
        return batch;
    }

    /// Encodes a batch.
    ///
    /// @param x      `[batch, features]`, row-major, normalised as the model expects; read only
    /// @param mu     `[batch, latent]`, written: the means, or the codes of an autoencoder
    /// @param logVar `[batch, latent]`, written: log σ²; an empty array for an autoencoder
    public void encode(float[] x, float[] mu, float[] logVar) {
        check("x", x, features);
        check("mu", mu, latent);
        check("logVar", logVar, logVars);
        encoder.run(x);
        int width = latent + logVars;
        for (int row = 0; row < batch; row++) {
            System.arraycopy(encoder.result, row * width, mu, row * latent, latent);
            System.arraycopy(encoder.result, row * width + latent, logVar, row * logVars, logVars);
        }
    }

    /// Decodes a batch.
    ///
    /// @param z `[batch, latent]`, row-major; read only
    /// @param y `[batch, features]`, written: means of p(x|z), probabilities for a Bernoulli likelihood
    public void decode(float[] z, float[] y) {
        check("z", z, latent);
        check("y", y, features);
        decoder.run(z);
        decoded.means(decoder.result, batch, y, 0);
    }

    private void check(String name, float[] array, int width) {
        if (array.length != batch * width) {
            throw new IllegalArgumentException("%s must hold %d x %d values for a session of batch %d, got %d"
                    .formatted(name, batch, width, batch, array.length));
        }
    }

    @Override
    public void close() {
        try (backend; Executable _ = encoder.executable) {
            decoder.executable.close();
        }
    }
}
