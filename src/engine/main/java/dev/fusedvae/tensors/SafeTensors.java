package dev.fusedvae.tensors;

import dev.fusedvae.io.AtomicFile;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.json.Json;
import dev.fusedvae.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads and writes the safetensors format of the Python library of that name, which PyTorch users know.
///
/// A file is `u64 n | n bytes of JSON | data`, little-endian. The JSON gives each tensor its type, shape and byte range
/// in the data; the ranges cover the data without gap or overlap. Source: the format section of
/// <https://github.com/huggingface/safetensors>. All tensors are written as F32, after a header that is padded with blanks
/// so that the data starts at a multiple of 8. F64, F16, BF16, I64, I32 and U8 can be read too ([Dtype] says how).
public final class SafeTensors {

    /// The reference library's limit on the header; a larger one means a damaged or malicious file.
    static final long MAX_HEADER_BYTES = 100_000_000;

    static final String METADATA = "__metadata__";

    private static final int CHUNK_FLOATS = 1 << 14;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private SafeTensors() {}

    /// Writes `tensors` in the given order, with `metadata` beside them; the file appears complete or not at all.
    public static void write(Path file, List<NamedTensor> tensors, Map<String, String> metadata) {
        AtomicFile.write(file, body(tensors, metadata));
    }

    /// The content of such a file.
    public static AtomicFile.FileBody body(List<NamedTensor> tensors, Map<String, String> metadata) {
        byte[] header = header(tensors, metadata);
        if (header.length > MAX_HEADER_BYTES) {
            throw new IllegalArgumentException("the header of a safetensors file would take " + header.length + " bytes, over the "
                    + MAX_HEADER_BYTES + " that readers accept; write fewer tensors or less metadata");
        }
        return out -> {
            out.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
            out.write(header);
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (NamedTensor tensor : tensors) {
                writeData(out, tensor.data(), chunk);
            }
        };
    }

    /// Reads all tensors of `file`, after checking that its header describes exactly the bytes that follow.
    public static TensorFile read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ); Arena arena = Arena.ofConfined()) {
            return parse(file, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            throw IoFailure.reading(file, e);
        }
    }

    private static TensorFile parse(Path file, MemorySegment bytes) throws CharacterCodingException {
        if (bytes.byteSize() < Long.BYTES) {
            throw damaged(file, "has " + bytes.byteSize() + " bytes, fewer than the 8 of the header's length");
        }
        long length = bytes.get(U64, 0);
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw damaged(file, "claims a header of " + Long.toUnsignedString(length) + " bytes, over the limit of "
                    + MAX_HEADER_BYTES);
        }
        if (length > bytes.byteSize() - Long.BYTES) {
            throw damaged(file, "ends inside its header, which needs " + (Long.BYTES + length) + " bytes of the file's "
                    + bytes.byteSize());
        }
        String json = StandardCharsets.UTF_8.newDecoder()
                .decode(bytes.asSlice(Long.BYTES, length).asByteBuffer()).toString();
        MemorySegment data = bytes.asSlice(Long.BYTES + length);
        SafeTensorsHeader header = SafeTensorsHeader.parse(file, json, data.byteSize());
        Map<String, NamedTensor> tensors = new LinkedHashMap<>();
        for (SafeTensorsHeader.Entry entry : header.entries()) {
            MemorySegment range = data.asSlice(entry.begin(), entry.end() - entry.begin());
            float[] values = entry.dtype().toFloats(range, file + ": tensor " + entry.name());
            tensors.put(entry.name(), new NamedTensor(entry.name(), entry.shape(), values));
        }
        return new TensorFile(tensors, header.metadata());
    }

    private static byte[] header(List<NamedTensor> tensors, Map<String, String> metadata) {
        JsonObject root = new JsonObject();
        if (!metadata.isEmpty()) {
            root.put(METADATA, JsonObject.ofTexts(metadata));
        }
        long offset = 0;
        for (NamedTensor tensor : tensors) {
            if (tensor.name().equals(METADATA)) {
                throw new IllegalArgumentException("the name " + METADATA + " is reserved by the format; rename the tensor");
            }
            if (root.fields().containsKey(tensor.name())) {
                throw new IllegalArgumentException("two tensors are called " + tensor.name() + "; give each its own name");
            }
            long end = offset + (long) Float.BYTES * tensor.data().length;
            root.put(tensor.name(), new JsonObject().put("dtype", Dtype.F32.name())
                    .put("shape", Arrays.stream(tensor.shape()).boxed().toList()).put("data_offsets", List.of(offset, end)));
            offset = end;
        }
        byte[] json = Json.compact(root).getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, Long.BYTES) * Long.BYTES);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    private static void writeData(OutputStream out, float[] data, ByteBuffer chunk) throws IOException {
        for (int done = 0; done < data.length; done += CHUNK_FLOATS) {
            int count = Math.min(CHUNK_FLOATS, data.length - done);
            chunk.asFloatBuffer().put(data, done, count);
            out.write(chunk.array(), 0, count * Float.BYTES);
        }
    }

    static IoFailure damaged(Path file, String what) {
        return new IoFailure(file + " is not a whole safetensors file: it " + what + "; copy or write it again");
    }
}
