package dev.fusedvae.peers;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.variational.BernoulliReconstructionDistribution;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/// The DL4J peer: DL4J's VariationalAutoencoder layer, trained as its users train it, with the commands of torch_vae.py.
///
/// The mathematics is that of the other peers: Bernoulli likelihood on logits, analytic KL, one sample, mean over the batch, Adam
/// at 1e-3. One thing cannot be made equal: the layer draws its noise itself, from ND4J's generator. So the command `same` gives an
/// error, and losses are not compared. Commands come on stdin after --serve, and each gets one line of JSON as answer:
///
///     step fit NET BATCH STEPS     times training steps, in windows
///     threads N                    only the number that the process was started with
///     quit
///
/// Options: --threads N --warm STEPS --images IDX [--test-images IDX, not used]. Messages of the libraries go to stderr.
final class Dl4jVae {
    private static final int WINDOW = 20;
    private static final Map<String, int[]> NETS = Map.of("S", new int[] {784, 400, 20}, "I", new int[] {784, 200, 200, 50}, "big", new int[] {784, 1024, 1024, 64});

    private final Map<String, String> options;
    private final INDArray images;
    private final Map<String, Training> sessions = new HashMap<>();

    private Dl4jVae(Map<String, String> options) throws IOException {
        this.options = options;
        images = images(Path.of(options.get("--images")));
    }

    /// The training of one (net, batch), which stays warm between commands.
    private final class Training {
        final MultiLayerNetwork network;
        final int batch;
        final List<Integer> order = new ArrayList<>();
        int position;
        int steps;

        Training(String net, int batch) {
            this.batch = batch;
            for (int i = 0; i < images.rows(); i++) {
                order.add(i);
            }
            position = order.size();
            int[] dims = NETS.get(net);
            int[] hidden = Arrays.copyOfRange(dims, 1, dims.length - 1);
            int[] back = hidden.clone();
            for (int i = 0; i < back.length; i++) {
                back[i] = hidden[hidden.length - 1 - i];
            }
            network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder().seed(1).updater(new Adam(1e-3)).weightInit(WeightInit.XAVIER).list()
                    .layer(new VariationalAutoencoder.Builder().nIn(dims[0]).nOut(dims[dims.length - 1]).encoderLayerSizes(hidden).decoderLayerSizes(back)
                            .activation(net.equals("I") ? Activation.TANH : Activation.RELU).pzxActivationFunction(Activation.IDENTITY)
                            .reconstructionDistribution(new BernoulliReconstructionDistribution(Activation.SIGMOID)).numSamples(1).build())
                    .build());
            network.init();
        }

        void step() {
            if (position + batch > order.size()) {                // a new epoch; full batches only
                Collections.shuffle(order, new Random(steps));
                position = 0;
            }
            int[] rows = order.subList(position, position + batch).stream().mapToInt(Integer::intValue).toArray();
            position += batch;
            steps++;
            network.pretrainLayer(0, images.getRows(rows));
        }
    }

    private String step(String mode, String net, String batchText, String stepsText) {
        if (!mode.equals("fit") || !NETS.containsKey(net)) {
            throw new IllegalArgumentException("dl4j runs mode fit of the nets S, I and big, got " + mode + " " + net);
        }
        int batch = Integer.parseInt(batchText);
        Training training = sessions.computeIfAbsent(net + ":" + batch, k -> new Training(net, batch));
        int warm = Math.max(WINDOW, Integer.parseInt(options.get("--warm")) - training.steps);
        for (int i = 0; i < warm; i++) {
            training.step();
        }
        double[] times = new double[Math.max(1, Integer.parseInt(stepsText) / WINDOW)];
        for (int w = 0; w < times.length; w++) {
            long start = System.nanoTime();
            for (int i = 0; i < WINDOW; i++) {
                training.step();
            }
            times[w] = (System.nanoTime() - start) / 1e6 / WINDOW;
        }
        Arrays.sort(times);
        return String.format(Locale.ROOT, "{\"msMedian\": %.5f, \"msMin\": %.5f, \"msMax\": %.5f, \"windows\": %d, \"window\": %d, \"warmUpSteps\": %d, \"loss\": %.4f}",
                median(times), times[0], times[times.length - 1], times.length, WINDOW, warm, training.network.getLayer(0).score());
    }

    private static double median(double[] sorted) {
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private String answer(String[] words) {
        if (words[0].equals("step") && words.length == 5) {
            return step(words[1], words[2], words[3], words[4]);
        }
        if (words[0].equals("threads") && words.length == 2 && words[1].equals(options.get("--threads"))) {
            return "{}";
        }
        throw new IllegalArgumentException(switch (words[0]) {
            case "same" -> "its layer draws eps by itself, so equal losses cannot be shown";
            case "heldout" -> "its score is not this ELBO under our noise";
            case "threads" -> "OpenMP takes its threads at start; start another with --threads " + words[words.length - 1];
            default -> "commands are step fit NET BATCH STEPS, threads N and quit";
        });
    }

    private static INDArray images(Path file) throws IOException {
        try (InputStream raw = Files.newInputStream(file);
                DataInputStream in = new DataInputStream(new BufferedInputStream(file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw))) {
            if (in.readInt() != 0x803) {
                throw new IOException(file + " is not an IDX file of images (magic 00000803)");
            }
            int count = in.readInt();
            int features = in.readInt() * in.readInt();
            float[] values = new float[count * features];
            byte[] row = new byte[features];
            for (int r = 0; r < count; r++) {
                in.readFully(row);
                for (int c = 0; c < features; c++) {
                    values[r * features + c] = (row[c] & 0xff) / 255f;
                }
            }
            return Nd4j.createFromArray(values).reshape(count, features);
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "'").replace('\n', ' ') + '"';
    }

    public static void main(String[] args) throws IOException {
        Map<String, String> options = new HashMap<>(Map.of("--threads", "1", "--warm", "1500"));
        for (int i = args[0].equals("--serve") ? 1 : 0; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
        Nd4j.getEnvironment().setMaxMasterThreads(Integer.parseInt(options.get("--threads")));
        Dl4jVae peer = new Dl4jVae(options);
        System.out.printf(Locale.ROOT, "{\"peer\": \"dl4j\", \"version\": \"1.0.0-M2.1\", \"java\": %s, \"device\": %s, \"threads\": %s}%n", quoted(Runtime.version().toString()),
                quoted(Nd4j.getBackend().getClass().getSimpleName()), options.get("--threads"));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.strip().equals("quit"); line = in.readLine()) {
            if (!line.isBlank()) {
                String answer;
                try {
                    answer = peer.answer(line.strip().split(" +"));
                } catch (RuntimeException e) {
                    answer = "{\"error\": " + quoted(String.valueOf(e.getMessage())) + "}";
                }
                System.out.println(answer);
            }
        }
    }
}
