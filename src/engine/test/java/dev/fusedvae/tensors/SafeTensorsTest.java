package dev.fusedvae.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.io.IoFailure;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsTest {

    @TempDir
    Path folder;

    @Test
    void roundTrip_keepsEveryBitOrderAndMetadata() {
        float[] odd = {0f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, Float.intBitsToFloat(0x7fc01234)};
        List<NamedTensor> tensors = List.of(
                new NamedTensor("z", new long[] {2, 3}, odd),
                new NamedTensor("a", new long[] {}, new float[] {7}),
                new NamedTensor("empty", new long[] {0, 5}, new float[0]),
                new NamedTensor("größe \"1\"", new long[] {1, 1}, new float[] {-1}));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("step", "9223372036854775807");
        metadata.put("note", "line\nand \"quote\"");

        TensorFile back = roundTrip(tensors, metadata);

        assertEquals(tensors, List.copyOf(back.tensors().values()));
        assertEquals(List.copyOf(metadata.entrySet()), List.copyOf(back.metadata().entrySet()));
        float[] bits = back.tensor("z").data();
        for (int i = 0; i < odd.length; i++) {
            assertEquals(Float.floatToRawIntBits(odd[i]), Float.floatToRawIntBits(bits[i]), "element " + i);
        }
    }

    @Test
    void roundTrip_ofTensorLongerThanOneChunk() {
        float[] data = new float[100_003];
        for (int i = 0; i < data.length; i++) {
            data[i] = i * 0.5f;
        }
        NamedTensor big = new NamedTensor("big", new long[] {100_003}, data);
        assertEquals(big, roundTrip(List.of(new NamedTensor("x", new long[] {1}, new float[1]), big), Map.of()).tensor("big"));
    }

    @Test
    void roundTrip_ofNoTensorAtAll() {
        TensorFile back = roundTrip(List.of(), Map.of());
        assertTrue(back.tensors().isEmpty() && back.metadata().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"})
    void write_startsTheDataAtAMultipleOfEight(String name) throws Exception {
        Path file = folder.resolve("aligned.safetensors");
        SafeTensors.write(file, List.of(new NamedTensor(name, new long[] {1}, new float[] {1})), Map.of());
        byte[] bytes = Files.readAllBytes(file);
        long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertEquals(0, header % 8);
        assertEquals(8 + header + 4, bytes.length);
        assertEquals('{', bytes[8]);
    }

    @Test
    void write_headerIsExactlyTheFormat() throws Exception {
        Path file = folder.resolve("exact.safetensors");
        SafeTensors.write(file, List.of(new NamedTensor("w", new long[] {2, 1}, new float[] {1, 2})), Map.of("format", "pt"));
        String header = new String(Files.readAllBytes(file), 8, 96, StandardCharsets.UTF_8);
        assertTrue(header.startsWith("{\"__metadata__\":{\"format\":\"pt\"},\"w\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}}"),
                header);
    }

    @Test
    void write_refusesTwoTensorsOfOneName() {
        NamedTensor w = new NamedTensor("w", new long[] {1}, new float[1]);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> SafeTensors.write(folder.resolve("f"), List.of(w, w), Map.of()));
        assertEquals("two tensors are called w; give each its own name", e.getMessage());
    }

    @Test
    void write_refusesTheReservedName() {
        NamedTensor w = new NamedTensor("__metadata__", new long[] {1}, new float[1]);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> SafeTensors.write(folder.resolve("f"), List.of(w), Map.of()));
        assertEquals("the name __metadata__ is reserved by the format; rename the tensor", e.getMessage());
    }

    @Test
    void read_ofMissingFileNamesIt() {
        Path file = folder.resolve("none.safetensors");
        IoFailure e = assertThrows(IoFailure.class, () -> SafeTensors.read(file));
        assertEquals("cannot read " + file + ": there is no such file; check the path", e.getMessage());
    }

    @Test
    void tensor_wrongShapeOrNameSaysWhatThereIs() {
        TensorFile file = roundTrip(List.of(new NamedTensor("mu.bias", new long[] {3}, new float[3])), Map.of("epoch", "4"));
        assertEquals("4", file.text("epoch"));
        assertArrayEquals(new float[3], file.tensor("mu.bias", 3).data());
        assertEquals("tensor mu.bias has shape [3] but the model needs [4]; load a file of the same architecture",
                assertThrows(IoFailure.class, () -> file.tensor("mu.bias", 4)).getMessage());
        assertEquals("there is no tensor mu.weight in the file; it holds [mu.bias]",
                assertThrows(IoFailure.class, () -> file.tensor("mu.weight")).getMessage());
        assertEquals("there is no metadata step in the file; it holds [epoch]",
                assertThrows(IoFailure.class, () -> file.text("step")).getMessage());
    }

    @Test
    void namedTensor_isACopyAndChecksItsShape() {
        float[] data = {1, 2};
        long[] shape = {2};
        NamedTensor tensor = new NamedTensor("t", shape, data);
        data[0] = 9;
        shape[0] = 9;
        tensor.shape()[0] = 9;
        assertEquals(new NamedTensor("t", new long[] {2}, new float[] {1, 2}), tensor);
        assertEquals("tensor t: shape [3, 1] has 3 elements but 2 values were given; make them agree",
                assertThrows(IllegalArgumentException.class, () -> new NamedTensor("t", new long[] {3, 1}, data)).getMessage());
        assertEquals("tensor t: shape [-1, -2] has a negative dimension; every dimension must be >= 0",
                assertThrows(IllegalArgumentException.class, () -> new NamedTensor("t", new long[] {-1, -2}, data)).getMessage());
        assertEquals("tensor t: shape [4294967296, 4294967296, 1] has more than 2^63 elements; check the dimensions",
                assertThrows(IllegalArgumentException.class, () -> new NamedTensor("t", new long[] {1L << 32, 1L << 32, 1}, data))
                        .getMessage());
    }

    private TensorFile roundTrip(List<NamedTensor> tensors, Map<String, String> metadata) {
        Path file = folder.resolve("model.safetensors");
        SafeTensors.write(file, tensors, metadata);
        return SafeTensors.read(file);
    }
}
