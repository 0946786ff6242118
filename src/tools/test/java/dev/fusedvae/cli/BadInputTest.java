package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.tensors.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every bad input ends with its exit code and one sentence, prints nothing on stdout and leaves no output behind.
///
/// In the tables `DIR` stands for a folder that holds the bad files, `OUT` for an output that must not appear. Exit code 4,
/// a backend that cannot run, takes processes of its own: ForcedBackendTest.
class BadInputTest {
    @TempDir
    static Path dir;

    @BeforeAll
    static void files() throws IOException {
        Cli.run("train", "--data", "digits", "--epochs", "1", "--hidden", "8", "--latent", "3", "--out", dir.resolve("model").toString())
                .expect(Exit.OK);
        Files.writeString(dir.resolve("empty.csv"), "");
        Files.writeString(dir.resolve("text.csv"), "a,b\n1,2\n3,x\n");
        Files.writeString(dir.resolve("nan.csv"), "1,2\n3,nan\n");
        Files.writeString(dir.resolve("ragged.csv"), "1,2\n3\n");
        Files.writeString(dir.resolve("big.csv"), "1,2\n3,400\n5,6\n7,8\n".repeat(10));
        Files.write(dir.resolve("noise.bin"), new byte[] {1, 2, 3, 4, 0, 9, 8, 7});
        NpyWriter.write(dir.resolve("narrow.npy"), new float[20][7]);
        byte[] npy = Files.readAllBytes(dir.resolve("narrow.npy"));
        Files.write(dir.resolve("short.npy"), Arrays.copyOf(npy, npy.length - 5));
        Files.createDirectory(dir.resolve("pngs"));
        broken("config", "config.json", "{\"spec\": 3}");
        broken("weights", "model.safetensors", "junk");
        broken("checkpoint", "checkpoint.safetensors", "junk");
        Files.createDirectory(dir.resolve("unfinished"));
        Files.copy(dir.resolve("model/checkpoint.safetensors"), dir.resolve("unfinished/checkpoint.safetensors"));
    }

    /// A copy of the model in which one file is replaced.
    private static void broken(String name, String file, String content) throws IOException {
        Path copy = Files.createDirectory(dir.resolve(name));
        for (String part : List.of("config.json", "model.safetensors", "training.json", "checkpoint.safetensors")) {
            Files.copy(dir.resolve("model").resolve(part), copy.resolve(part));
        }
        Files.writeString(copy.resolve(file), content);
    }

    static Stream<String> usage() {
        return Stream.of(
                "| name a command",
                "nonsense | there is no command 'nonsense'; see fvae --help",
                "trian | there is no command 'trian'; did you mean train? See fvae --help",
                "train digits | 'digits' is one argument too many; did you mean --data digits? See fvae train --help",
                "ladder add sub | 'sub' is one argument too many; see fvae ladder --help",
                "verify linear_bias | there is no op 'linear_bias'; did you mean linear_bias_act?",
                "explian | did you mean explain?",
                "train | name the data with --data",
                "train --data digits --latnet 3 | there is no option --latnet; did you mean --latent?",
                "train --data digits --latent 0 | latent must be in 1..1048576, got 0",
                "train --data digits --latent x | --latent takes a whole number, got 'x'; see fvae train --help",
                "train --data digits --learning-rate fast | --learning-rate takes a number, got 'fast'",
                "train --data digits --prior-mean 1,x | --prior-mean takes a number, got 'x'",
                "train --data digits --threads two | --threads takes a whole number, got 'two'",
                "train --data digits --latent 3 --latent 4 | only once",
                "train --data digits --hidden 4,,5 | --hidden takes widths",
                "train --data digits --hidden -4 | --hidden takes widths",
                "train --data digits --hidden 0 | hidden width must be in",
                "train --data digits --decoder-hidden a | --decoder-hidden takes widths",
                "train --data digits --activation sine | activation must be one of identity",
                "train --data digits --likelihood poisson | unknown likelihood 'poisson'",
                "train --data digits --variance 2 | --variance belongs to --likelihood gaussian",
                "train --data digits --likelihood gaussian --variance 0 | variance must be a finite number > 0",
                "train --data digits --objective gan | unknown objective 'gan'",
                "train --data digits --objective autoencoder --beta 2 | does not have",
                "train --data digits --objective autoencoder --free-bits 0.5 | does not have",
                "train --data digits --objective iwae --samples 0 | samples must be in 1..65536, got 0",
                "train --data digits --objective sparse --samples 5 | --samples belongs to --objective vae or iwae",
                "train --data digits --objective vae --dreg | --dreg belongs to --objective iwae",
                "train --data digits --objective denoising --corruption none | needs a corruption",
                "train --data digits --corruption salt:1 | unknown corruption 'salt:1'",
                "train --data digits --objective sparse --prior-mean 1 | a prior belongs to a random z",
                "train --data digits --latent 3 --prior-variance 1,2 | one for each of the 3",
                "train --data digits --beta -1 | beta must be",
                "train --data digits --warmup-epochs NaN | warm-up epochs must be",
                "train --data digits --init zero | unknown initialization 'zero'",
                "train --data digits --batch-size 0 | batch size must be in 1..",
                "train --data digits --epochs -1 | epochs must be >= 0",
                "train --data digits --learning-rate 0 | learning rate must be a finite number > 0",
                "train --data digits --learning-rate NaN | learning rate must be a finite number > 0",
                "train --data digits --optimizer lion | unknown optimizer 'lion'",
                "train --data digits --momentum 0.9 | --momentum belongs to --optimizer sgd",
                "train --data digits --optimizer sgd --beta1 0.9 | --beta1 belongs to --optimizer adam",
                "train --data digits --beta2 1 | beta2 must be in [0,1)",
                "train --data digits --weight-decay 1 | --weight-decay belongs to --optimizer adamw",
                "train --data digits --clip-norm 0 | clipping norm must be",
                "train --data digits --schedule step | unknown schedule 'step'",
                "train --data digits --schedule piecewise | as many milestones as factors",
                "train --data digits --milestones 1,2 | belong to --schedule piecewise",
                "train --data digits --floor 0.5 | --floor belongs to --schedule cosine",
                "train --data digits --binarize often | unknown binarization 'often'",
                "train --data digits --normalize half | normalization must be none, unit or center",
                "train --data digits --fusion epoch | does not exist yet",
                "train --data digits --fusion all | unknown fusion level 'all'",
                "train --data digits --vendor gemm | choices of the cuda backend; add --backend cuda or leave them out",
                "train --data digits --backend cuda --vendor gemm | works at fusion none or epilogue",
                "explain --vendor noise,gemm | vendor gemm,noise works at fusion none or epilogue: at layer, products and noise are inside",
                "train --data digits --backend cuda --vendor blas | --vendor takes gemm or noise, got 'blas'",
                "train --data digits --backend cuda --variant add/7_x | there is no kernel variant add/7_x; those of add are 1_naive",
                "train --data digits --backend cuda --kernels DIR/pngs | /pngs holds no kernels; it must have files such as",
                "kernels --kernels DIR/pngs | /pngs holds no kernels; it must have files such as",
                "kernels new ad mine --kernels DIR/new | there is no op ad with kernels; the ops are",
                "kernels new add Mine --kernels DIR/new | an idea is a name of small letters",
                "ladder linear_bios_act | did you mean linear_bias_act?",
                "ladder add --backend cpu | the cpu backend has no variants to compare; `fvae explain --time --backend cpu` shows",
                "ablate --backends cpu,tpu | --backends takes cpu, cuda and reference, got 'tpu'",
                "ablate --backends cpu,simt | --backends has no simt: write --backends cuda, and FVAE_CUDA=simt in the environment",
                "verify add --device simt | there is no --device: for the SIMT device write `FVAE_CUDA=simt fvae verify --backend cuda`",
                "ladder add --device simt | there is no --device: for the SIMT device write `FVAE_CUDA=simt fvae ladder --backend cuda`",
                "verify add --device gpu | there is no --device: write --backend cuda, which is a GPU unless",
                "verify add --device cpu | there is no --device: write --backend cpu",
                "verify add --backend reference | verify runs the kernels of --backend cuda or cpu, got 'reference'",
                "ablate --backends cpu,cpu | names one twice",
                "ablate --data DIR/big.csv | must be of the catalogue",
                "scale --axes depth | unknown axis 'depth'; use batch, width, latent or threads",
                "ablate --features 1048576 --hidden 8 | 4096 examples of 1048576 features are more than one array holds",
                "scale --axes batch,width,batch | --axes names one twice",
                "scale --axes threads --backends reference | threads are those of the cpu backend; name another axis for reference",
                "lab | name a command: plot or readme",
                "kernels show linear_bios_act | there is no kernel linear_bios_act; did you mean linear_bias_act?",
                "kernels show linear_bias_act/9_x | there is no kernel variant linear_bias_act/9_x; those of linear_bias_act are 1_naive, 2_tiled, 3_cp_async, 4_tensor_core",
                "kernels show | Missing required parameter: 'OP[/VARIANT]'",
                "train --data digits --backend cuda --variant tiled | --variant takes op/variant such as linear_bias_act/1_naive",
                "train --data digits --backend tpu | the backend must be one of auto, cpu, reference, cuda",
                "train --data digits --threads 0 | --threads must be >= 1",
                "train --data digits --backend reference --threads 2 | runs on one thread",
                "train --data digits --patience -1 | --patience must be >= 0",
                "train --data digits --resume | --resume needs --out",
                "train --data digits --resize 8x8 | --resize, --label-column and --test-fraction are for files of your own",
                "train --data DIR/big.csv --resize 8 | --resize takes HxW",
                "train --data DIR/big.csv --test-fraction 1 | test fraction must be between 0 and 1",
                "train --data DIR/big.csv --label-column 0 | label column must be",
                "train --data DIR/big.csv --test DIR/big.csv --test-fraction 0.5 | exclude each other",
                "explain --data digits --features 3 | use one of them",
                "explain --data faces | --features",
                "explain --features 0 | features must be in",
                "eval | Missing required option: '--model=DIR'",
                "encode --model DIR/model --out OUT.txt | --out must end in .csv or .npy",
                "encode --model DIR/model --out OUT.csv --only sigma | --only must be",
                "encode --model DIR/model --out OUT.csv --only z | needs --samples",
                "encode --model DIR/model --out OUT.csv --part half | --part must be test or train",
                "sample --model DIR/model --out OUT.jpg | --out must end in .png, .npy or .csv",
                "sample --model DIR/model --out OUT.png --count 0 | --count must be in",
                "sample --model DIR/model --out OUT.png --mean --draw | exclude each other",
                "interpolate --model DIR/model --out OUT.png --steps 1 | --steps must be in",
                "interpolate --model DIR/model --out OUT.png --pairs 1000 | --pairs 1000 needs more examples",
                "manifold --model DIR/model --out OUT.png | a manifold needs a model with 2 latents and this one has 3",
                "data | name a command: list or fetch",
                "data fetch cifar | no data set is called 'cifar'");
    }

    static Stream<String> data() {
        return Stream.of(
                "train --data nosuch | neither a data set of the catalogue",
                "train --data DIR/nosuch.csv | does not exist",
                "train --data mnist | ; `fvae data fetch mnist` downloads it, --data-dir names a folder that has it",
                "train --data mnist --data-dir DIR | is not on this machine",
                "train --data DIR/empty.csv | is empty",
                "train --data DIR/text.csv | x",
                "train --data DIR/nan.csv | finite",
                "train --data DIR/ragged.csv | ragged.csv",
                "train --data DIR/noise.bin | in no format known here",
                "train --data DIR/short.npy | short.npy",
                "train --data DIR/pngs | holds no PNG",
                "train --data DIR/narrow.npy --test DIR/big.csv | must have the same shape",
                "train --data DIR/narrow.npy --resize 2x2 | image of 2x2",
                "train --data DIR/big.csv --normalize none | needs values in [0, 1]",
                "train --data digits --normalize center | needs values in [0, 1]",
                "train --data digits --out DIR/empty.csv | it is a file, not a folder",
                "train --data digits --out DIR/empty.csv/deep | is a file, not a folder",
                "train --data digits --resume | --out OUT | there is no checkpoint.safetensors",
                "train --data digits --hidden 8 --latent 3 --epochs 2 --resume --out DIR/checkpoint | is not a whole safetensors file",
                "train --data digits --hidden 8 --latent 4 --epochs 2 --resume --out DIR/model | another run",
                "train --data digits --hidden 8 --latent 3 --epochs 2 --out DIR/unfinished | go on with --resume",
                "eval --model DIR/nosuch | does not exist",
                "eval --model DIR/big.csv | is a file",
                "eval --model DIR/config | config.json",
                "eval --model DIR/weights | model.safetensors",
                "eval --model DIR/model --data DIR/narrow.npy | 7 features but the model takes 64",
                "encode --model DIR/model --data DIR/narrow.npy --out OUT.csv | 7 features but the model takes 64",
                "reconstruct --model DIR/model --data DIR/narrow.npy --out OUT.png | 7 features but the model takes 64",
                "decode --model DIR/model --in DIR/narrow.npy --out OUT.npy | 7 columns but a code of this model has 3",
                "decode --model DIR/model --in DIR/nosuch.npy --out OUT.npy | does not exist",
                "decode --model DIR/model --in DIR/short.npy --out OUT.npy | short.npy",
                "sample --model DIR/model --out DIR/empty.csv/OUT.png | is a file, not a folder");
    }

    @ParameterizedTest
    @MethodSource("usage")
    void usageErrors_exit2(String row) throws IOException {
        check(row, Exit.USAGE);
    }

    @ParameterizedTest
    @MethodSource("data")
    void badData_exits3(String row) throws IOException {
        check(row, Exit.DATA);
    }

    @Test
    void divergence_exits5AndNamesTheOp() {
        Cli.Ran ran = Cli.run("train", "--data", "digits", "--hidden", "8", "--epochs", "2", "--optimizer", "sgd", "--learning-rate", "1e30",
                "--out", dir.resolve("diverged").toString()).expect(Exit.DIVERGED);
        assertTrue(ran.err().contains("diverged at step") && ran.err().contains("lower the learning rate"), ran.err());
        assertEquals("", ran.out());
    }

    /// An rbm has a rate and a momentum, and neither clipping nor data of another scale than black and white.
    @Test
    void divergenceOfAnRbm_isAnsweredWithWhatAnRbmHas() {
        Cli.Ran ran = Cli.run("rbm", "--data", "digits", "--hidden", "8", "--epochs", "2", "--learning-rate", "1e38", "--backend", "cpu",
                "--out", dir.resolve("diverged-rbm").toString()).expect(Exit.DIVERGED);
        assertTrue(ran.err().contains("diverged at step") && ran.err().contains("; lower the learning rate (1.0E38) or the momentum; the last good"), ran.err());
        assertFalse(ran.err().contains("clip") || ran.err().contains("scale"), ran.err());
    }

    /// Splits a row at its last bar, runs it, and looks at what came out.
    private static void check(String row, Exit exit) throws IOException {
        int bar = row.lastIndexOf('|');
        String out = dir.resolve("OUT").toString();
        String line = row.substring(0, bar).replace("| ", "").replace("DIR", dir.toString()).replace("OUT", out).strip();
        String[] args = line.isEmpty() ? new String[0] : line.split(" +");
        if (args.length > 0 && args[0].equals("train") && !line.contains("--out") && !line.endsWith("--resume")) {
            args = Stream.concat(Stream.of(args), Stream.of("--out", out)).toArray(String[]::new);
        }
        Cli.Ran ran = Cli.run(args).expect(exit);
        String expected = row.substring(bar + 1).strip();
        assertEquals("", ran.out(), "stdout holds results only");
        List<String> sentences = ran.err().lines().filter(l -> l.startsWith("fvae: ") && !l.startsWith("fvae: auto took") && !l.contains(" are held out for testing; ")).toList();
        assertEquals(1, sentences.size(), ran.err());
        assertTrue(sentences.getFirst().contains(expected), () -> "expected '" + expected + "' in: " + sentences.getFirst());
        assertFalse(ran.err().contains("\tat ") || ran.err().contains("Exception"), ran.err());
        try (Stream<Path> left = Files.list(dir)) {
            assertEquals(List.of(), left.filter(p -> p.getFileName().toString().startsWith("OUT")).toList());
        }
    }
}
