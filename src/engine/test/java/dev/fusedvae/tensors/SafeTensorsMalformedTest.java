package dev.fusedvae.tensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.io.IoFailure;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Each kind of damage to a safetensors file has its own sentence.
class SafeTensorsMalformedTest {

    private static final String W = "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    @TempDir
    Path folder;

    @Test
    void wellFormed_isRead() throws Exception {
        Path file = write("{" + W + "}   ", 8);
        assertEquals(2, SafeTensors.read(file).tensor("w", 2).data().length);
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                damaged("truncated data", "{" + W + "}", 7, "is cut short: its tensors take 8 bytes but only 7 follow the header"),
                damaged("trailing bytes", "{" + W + "}", 9, "has 1 bytes after its last tensor"),
                damaged("overlap", "{" + W + ",\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8,
                        "lets tensor v overlap tensor w: it begins at byte 4, before byte 8"),
                damaged("gap", "{" + W + ",\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}", 16,
                        "leaves bytes 8 to 12 between tensor w and tensor v unused"),
                damaged("gap at the start", "{\"v\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[3,4]}}", 4,
                        "leaves bytes 0 to 3 between the start and tensor v unused"),
                damaged("length against shape", "{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8,
                        "gives tensor w 8 bytes, but F32 [3] takes 3 x 4"),
                damaged("length not of whole elements", "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9]}}", 9,
                        "gives tensor w 9 bytes, but F32 [2] takes 2 x 4"),
                damaged("offsets reversed", "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8,
                        "gives tensor w data_offsets [8, 0] instead of [begin, end]"),
                damaged("offsets missing", "{\"w\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8,
                        "gives tensor w data_offsets nowhere instead of an array of integers >= 0"),
                damaged("offset beyond long", "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,99999999999999999999]}}", 8,
                        "gives tensor w data_offsets [0,99999999999999999999] instead of an array of integers >= 0"),
                damaged("negative shape", "{\"w\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8,
                        "gives tensor w shape [-2] instead of an array of integers >= 0"),
                damaged("metadata not strings", "{\"__metadata__\":{\"step\":1}," + W + "}", 8,
                        "has metadata step that is not a string"),
                damaged("metadata not an object", "{\"__metadata__\":[]," + W + "}", 8,
                        "has metadata that is not an object of strings"),
                damaged("header not an object", "[1]", 0, "has a header that is not a JSON object"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void damage_isNamed(String name, String header, int dataBytes, String what) throws Exception {
        Path file = write(header, dataBytes);
        IoFailure e = assertThrows(IoFailure.class, () -> SafeTensors.read(file));
        assertEquals(file + " is not a whole safetensors file: it " + what + "; copy or write it again", e.getMessage());
    }

    @Test
    void duplicateName_isRefused() throws Exception {
        Path file = write("{" + W + "," + W + "}", 8);
        IoFailure e = assertThrows(IoFailure.class, () -> SafeTensors.read(file));
        assertTrue(e.getMessage().startsWith("the header of " + file + " is not valid JSON, line 1, column "), e.getMessage());
        assertTrue(e.getMessage().endsWith(": Duplicate field 'w'; correct it there or write the file again"), e.getMessage());
    }

    @Test
    void badJson_isRefusedWithItsPlace() throws Exception {
        Path file = write("{\"w\":}", 8);
        IoFailure e = assertThrows(IoFailure.class, () -> SafeTensors.read(file));
        assertTrue(e.getMessage().startsWith("the header of " + file + " is not valid JSON, line 1, column 6: Unexpected character"),
                e.getMessage());
    }

    @Test
    void headerThatIsNotUtf8_isRefused() throws Exception {
        Path file = folder.resolve("latin.safetensors");
        Files.write(file, new byte[] {4, 0, 0, 0, 0, 0, 0, 0, '{', '"', (byte) 0xFC, '"'});
        IoFailure e = assertThrows(IoFailure.class, () -> SafeTensors.read(file));
        assertEquals("cannot read " + file + ": it is not UTF-8 text; save it as UTF-8", e.getMessage());
    }

    @Test
    void unknownType_namesTheOnesThatAreRead() throws Exception {
        Path file = write("{\"w\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}}", 8);
        IoFailure e = assertThrows(IoFailure.class, () -> SafeTensors.read(file));
        assertEquals("tensor w of " + file + " has type F8_E4M3, which is not read;"
                + " convert it to one of [F64, F32, F16, BF16, I64, I32, U8]", e.getMessage());
    }

    @Test
    void integerThatNoFloatEquals_isRefused() throws Exception {
        for (long value : new long[] {(1L << 24) + 1, Long.MAX_VALUE, Long.MIN_VALUE + 1}) {
            Path file = write("{\"n\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", le(8).putLong(value).array());
            IoFailure e = assertThrows(IoFailure.class, () -> SafeTensors.read(file));
            assertEquals(file + ": tensor n holds " + value
                    + " at element 0, which no float equals; save such counters as metadata", e.getMessage());
        }
    }

    @Test
    void doubleBeyondFloat_isRefused() throws Exception {
        Path file = write("{\"n\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", le(8).putDouble(1e300).array());
        IoFailure e = assertThrows(IoFailure.class, () -> SafeTensors.read(file));
        assertEquals(file + ": tensor n holds 1.0E300 at element 0, beyond the range of float; rescale it before saving",
                e.getMessage());
    }

    static Stream<Arguments> prefixes() {
        return Stream.of(
                Arguments.of("empty file", new byte[0], "has 0 bytes, fewer than the 8 of the header's length"),
                Arguments.of("huge header", le(16).putLong(100_000_001).array(),
                        "claims a header of 100000001 bytes, over the limit of 100000000"),
                Arguments.of("header length as unsigned", le(16).putLong(-1).array(),
                        "claims a header of 18446744073709551615 bytes, over the limit of 100000000"),
                Arguments.of("truncated header", le(16).putLong(9).array(),
                        "ends inside its header, which needs 17 bytes of the file's 16"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("prefixes")
    void damageBeforeTheHeader_isNamed(String name, byte[] content, String what) throws Exception {
        Path file = folder.resolve("prefix.safetensors");
        Files.write(file, content);
        IoFailure e = assertThrows(IoFailure.class, () -> SafeTensors.read(file));
        assertEquals(file + " is not a whole safetensors file: it " + what + "; copy or write it again", e.getMessage());
    }

    @Test
    void everyTruncationOfARealFile_isRefused() throws Exception {
        byte[] whole = Files.readAllBytes(write("{" + W + "}", 8));
        Path file = folder.resolve("cut.safetensors");
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThrows(IoFailure.class, () -> SafeTensors.read(file), "cut to " + length + " bytes");
        }
    }

    private static Arguments damaged(String name, String header, int dataBytes, String what) {
        return Arguments.of(name, header, dataBytes, what);
    }

    private Path write(String header, int dataBytes) throws Exception {
        return write(header, new byte[dataBytes]);
    }

    private Path write(String header, byte[] data) throws Exception {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("w.safetensors");
        return Files.write(file, le(8 + json.length + data.length).putLong(json.length).put(json).put(data).array());
    }

    private static ByteBuffer le(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
