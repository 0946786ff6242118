package dev.fusedvae.backend.cuda.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Properties of a compiled kernel, read from its ELF file.
///
/// NVIDIA documents the ELF sections of a cubin (CUDA Binary Utilities) but not the records of `.nv.info`. Their numbers
/// here are those that `cuobjdump -elf` prints by name, and a test compares the figures with the output of ptxas.
///
/// @param number       ten times the compute capability that it was compiled for
/// @param registers    registers per thread
/// @param sharedBytes  static shared memory per block, without the part that the system reserves
/// @param stackBytes   local memory per thread; spilled registers are there, so 0 means no spills
/// @param parameters   the parameters of the kernel, in order
public record Cubin(int number, int registers, int sharedBytes, int stackBytes, List<Parameter> parameters) {

    /// A parameter of a kernel, in bytes.
    record Parameter(int ordinal, int offset, int size) {}

    private static final int MACHINE = 190;
    private static final int SYMBOL_TABLE = 2;
    private static final int REGISTERS = 0x2f;
    private static final int FRAME_SIZE = 0x11;
    private static final int PARAMETER = 0x17;
    /// Shared memory that the system reserves in every block from sm_90 on; cubins for these include it in their figures.
    private static final int RESERVED = 1024;

    public Cubin {
        parameters = List.copyOf(parameters);
    }

    /// Whether this is an ELF file for NVIDIA's GPUs, rather than PTX or an image for the SIMT device.
    public static boolean is(byte[] image) {
        return image.length > 64 && image[0] == 0x7f && image[1] == 'E' && image[2] == 'L' && image[3] == 'F'
                && buffer(image).getShort(18) == MACHINE;
    }

    /// The properties of the kernel `entry`.
    ///
    /// @throws IllegalArgumentException if the image is not a cubin or has no such kernel
    public static Cubin read(byte[] image, String entry) {
        if (!is(image)) {
            throw new IllegalArgumentException("the image of " + entry + " is no cubin; compile it with nvcc -cubin");
        }
        try {
            return new Reader(buffer(image)).read(entry);
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("the cubin of " + entry + " ends too early; compile it again", e);
        }
    }

    private static ByteBuffer buffer(byte[] image) {
        return ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// A section: its offset, its length, and the section that it refers to.
    private record Section(int type, int offset, int size, int link) {}

    /// A record of `.nv.info`: an attribute with its value.
    private record Info(int attribute, int at) {}

    /// The layout of ELF64: System V ABI, "Object Files".
    private static final class Reader {
        private final ByteBuffer file;
        private final List<Section> all = new ArrayList<>();
        private final Map<String, Section> byName = new HashMap<>();

        Reader(ByteBuffer file) {
            this.file = file;
            int start = (int) file.getLong(40);
            int count = file.getShort(60);
            for (int i = 0; i < count; i++) {
                int at = start + 64 * i;
                all.add(new Section(file.getInt(at + 4), (int) file.getLong(at + 24), (int) file.getLong(at + 32), file.getInt(at + 40)));
            }
            int names = all.get(file.getShort(62)).offset();
            for (int i = 0; i < count; i++) {
                byName.put(text(names + file.getInt(start + 64 * i)), all.get(i));
            }
        }

        Cubin read(String entry) {
            Section info = byName.get(".nv.info." + entry);
            if (info == null) {
                throw new IllegalArgumentException("the cubin holds no kernel " + entry + "; the entry point must have the op's name");
            }
            int symbol = symbol(entry);
            Section shared = byName.get(".nv.shared." + entry);
            boolean reserves = byName.containsKey(".nv.shared.reserved.0");
            return new Cubin(file.getInt(48) >> 8 & 0xff, ofSymbol(REGISTERS, symbol), shared == null ? 0 : shared.size() - (reserves ? RESERVED : 0),
                    ofSymbol(FRAME_SIZE, symbol), parameters(info));
        }

        private List<Parameter> parameters(Section info) {
            return records(info).stream().filter(r -> r.attribute() == PARAMETER)
                    .map(r -> new Parameter(file.getShort(r.at() + 4), file.getShort(r.at() + 6), file.getInt(r.at() + 8) >>> 18))
                    .sorted(Comparator.comparingInt(Parameter::ordinal)).toList();
        }

        /// The record of a symbol among the records of the whole file: the number of the symbol, then the value.
        private int ofSymbol(int attribute, int symbol) {
            return records(byName.get(".nv.info")).stream().filter(r -> r.attribute() == attribute && file.getInt(r.at()) == symbol)
                    .map(r -> file.getInt(r.at() + 4)).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("the cubin does not tell attribute 0x" + Integer.toHexString(attribute)));
        }

        private int symbol(String name) {
            Section table = all.stream().filter(s -> s.type() == SYMBOL_TABLE).findFirst().orElseThrow();
            int names = all.get(table.link()).offset();
            for (int i = 0; i < table.size() / 24; i++) {
                if (text(names + file.getInt(table.offset() + 24 * i)).equals(name)) {
                    return i;
                }
            }
            throw new IllegalArgumentException("the cubin has no symbol " + name);
        }

        /// Each record begins with four bytes: format, attribute, and the value, or in format 4 the length of the value that follows.
        private List<Info> records(Section section) {
            List<Info> records = new ArrayList<>();
            int at = section.offset();
            while (at < section.offset() + section.size()) {
                int format = file.get(at);
                records.add(new Info(file.get(at + 1) & 0xff, at + 4));
                at += 4 + (format == 4 ? file.getShort(at + 2) & 0xffff : 0);
            }
            return records.stream().filter(r -> file.get(r.at() - 4) == 4).toList();
        }

        private String text(int at) {
            int end = at;
            while (file.get(end) != 0) {
                end++;
            }
            return new String(file.array(), at, end - at, StandardCharsets.UTF_8);
        }
    }
}
