package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Short trainings on the CPU give the files that they gave when these digests were taken, byte for byte.
///
/// The CPU path has the same bits for any number of threads, any vector width and any processor, so a digest that changes
/// is a change of arithmetic, of noise, of batch order or of a file format. Whoever means one takes new digests and says why
/// in the commit.
class SameModelTest {
    private static final List<String> TRAIN = List.of("train", "--epochs", "2", "--hidden", "32", "--latent", "4", "--batch-size", "100");

    @TempDir
    Path folder;

    @Test
    void vae() throws IOException {
        run(TRAIN);
        assertDigest("cc6738fb4b196811de6d9ad29ff64bec61dd28e705114a39227159079a89e164", "model.safetensors");
        assertDigest("034161815c426d0771d3de847408bea811f09393d7262c636e36ab19aa8d4c4f", "config.json");
    }

    @Test
    void importanceWeightedAutoencoder() throws IOException {
        run(TRAIN, "--objective", "iwae", "--samples", "5");
        assertDigest("c024071a1d22959a0ecfd64a17b3cd06453a4a59a021a5b0875eac0fffcb7fed", "model.safetensors");
        assertDigest("ca17540de62b0fefe0cbac61ef59488db3586a61a2a9b630a364265408c0a6a1", "config.json");
    }

    @Test
    void denoisingAutoencoder() throws IOException {
        run(TRAIN, "--objective", "autoencoder", "--corruption", "gaussian:0.3");
        assertDigest("a7adbc23cae2159153dcef26370f8d96685ca80d7c8b07d32c5f9f62dc35e545", "model.safetensors");
        assertDigest("8f9c13f8522eb137921ecad742cb83975fc63af898fd518bc38bbd2ce46e7995", "config.json");
    }

    @Test
    void restrictedBoltzmannMachine() throws IOException {
        run(List.of("rbm", "--hidden", "32", "--epochs", "2"), "--chains", "10", "--temperatures", "20", "--sweeps", "10");
        assertDigest("5ad8d3de10559335bb1ebbbfe49c080d70fce32efa5b975f8568e110b0a74de1", "model.safetensors");
    }

    private void run(List<String> command, String... options) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(options));
        all.addAll(List.of("--data", "digits", "--seed", "7", "--backend", "cpu", "--quiet", "--out", folder.toString()));
        Cli.run(all.toArray(String[]::new)).expect(Exit.OK);
    }

    private void assertDigest(String expected, String file) throws IOException {
        try {
            String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(folder.resolve(file))));
            assertEquals(expected, digest, file);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
