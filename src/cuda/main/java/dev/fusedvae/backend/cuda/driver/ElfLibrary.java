package dev.fusedvae.backend.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The dependencies of a 64-bit little-endian ELF shared library: the libraries that it needs and the versions of their symbols. Both
/// can be renamed to a name of the same length.
///
/// Layout: System V ABI, "Dynamic Section"; GNU symbol versioning, `.gnu.version_r`. Like the loader, this class reads program headers
/// and the dynamic section, but no section headers.
final class ElfLibrary {
    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final long DT_NEEDED = 1;
    private static final long DT_STRTAB = 5;
    private static final long DT_STRSZ = 10;
    private static final long DT_VERNEED = 0x6ffffffeL;
    private static final long DT_VERNEEDNUM = 0x6fffffffL;
    private static final int X86_64 = 62;

    private final ByteBuffer image;
    private final List<Segment> segments = new ArrayList<>();
    private final List<Integer> needed = new ArrayList<>();
    private final List<Need> versions = new ArrayList<>();
    private long strings;

    private record Segment(long address, long offset, long bytes) {}

    /// An entry of `.gnu.version_r`: the offset of the file name in the image, and the versions.
    private record Need(int file, List<Version> all) {}

    /// A required version: the offsets of its name and of its hash in the image.
    private record Version(int name, int hashAt) {}

    /// @param bytes the content of the file; the array is not kept
    /// @throws IllegalArgumentException if it is not an x86-64 shared library
    ElfLibrary(byte[] bytes) {
        image = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
        try {
            read();
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("the library is cut short or damaged", e);
        }
    }

    private void read() {
        // \177ELF, 64 bits, little endian
        if (image.getInt(0) != 0x464c457f || image.get(4) != 2 || image.get(5) != 1 || image.getShort(18) != X86_64) {
            throw new IllegalArgumentException("the file is not an x86-64 ELF library");
        }
        int headers = Math.toIntExact(image.getLong(32));
        int dynamic = -1;
        for (int i = 0; i < image.getShort(56); i++) {
            int at = headers + i * image.getShort(54);
            if (image.getInt(at) == PT_LOAD) {
                segments.add(new Segment(image.getLong(at + 16), image.getLong(at + 8), image.getLong(at + 32)));
            } else if (image.getInt(at) == PT_DYNAMIC) {
                dynamic = Math.toIntExact(image.getLong(at + 8));
            }
        }
        if (dynamic < 0) {
            throw new IllegalArgumentException("the file is not a shared library: it has no dynamic section");
        }
        Map<Long, Long> tags = new LinkedHashMap<>();
        List<Long> names = new ArrayList<>();
        for (int at = dynamic; image.getLong(at) != 0; at += 16) {
            tags.putIfAbsent(image.getLong(at), image.getLong(at + 8));
            if (image.getLong(at) == DT_NEEDED) {
                names.add(image.getLong(at + 8));
            }
        }
        strings = offset(required(tags, DT_STRTAB));
        required(tags, DT_STRSZ);
        names.forEach(name -> needed.add(string(name)));
        if (tags.containsKey(DT_VERNEED)) {
            readVersions(offset(tags.get(DT_VERNEED)), required(tags, DT_VERNEEDNUM));
        }
    }

    private static long required(Map<Long, Long> tags, long tag) {
        if (!tags.containsKey(tag)) {
            throw new IllegalArgumentException("the dynamic section lacks entry " + tag);
        }
        return tags.get(tag);
    }

    private void readVersions(int first, long count) {
        int at = first;
        for (long i = 0; i < count; i++) {
            List<Version> all = new ArrayList<>();
            int version = at + image.getInt(at + 8);
            for (int j = 0; j < image.getShort(at + 2); j++) {
                all.add(new Version(string(Integer.toUnsignedLong(image.getInt(version + 8))), version));
                version += image.getInt(version + 12);
            }
            versions.add(new Need(string(Integer.toUnsignedLong(image.getInt(at + 4))), all));
            at += image.getInt(at + 12);
        }
    }

    /// The offset of `address` in the file.
    private int offset(long address) {
        return segments.stream().filter(s -> address >= s.address() && address < s.address() + s.bytes())
                .mapToInt(s -> Math.toIntExact(address - s.address() + s.offset())).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("address " + Long.toHexString(address) + " lies in no segment"));
    }

    private int string(long offset) {
        return Math.toIntExact(strings + offset);
    }

    private String text(int at) {
        int end = at;
        while (image.get(end) != 0) {
            end++;
        }
        return StandardCharsets.US_ASCII.decode(image.slice(at, end - at)).toString();
    }

    /// The libraries that the loader loads together with this one.
    List<String> needed() {
        return needed.stream().map(this::text).toList();
    }

    /// The required versions of each library.
    Map<String, List<String>> versions() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        versions.forEach(n -> all.put(text(n.file()), n.all().stream().map(v -> text(v.name())).toList()));
        return all;
    }

    /// The file after renaming: library `from`, and the version of that name, are called `to`.
    ///
    /// @throws IllegalArgumentException if the names differ in length or the library does not need `from`
    byte[] renamed(String from, String to) {
        if (from.length() != to.length()) {
            throw new IllegalArgumentException("both names must have the same length: " + from + ", " + to);
        }
        if (!needed().contains(from)) {
            throw new IllegalArgumentException("the library needs " + needed() + ", not " + from);
        }
        Set<Integer> names = new LinkedHashSet<>(needed);
        Set<Integer> hashes = new LinkedHashSet<>();
        for (Need need : versions) {
            names.add(need.file());
            need.all().stream().filter(v -> text(v.name()).equals(from)).forEach(v -> {
                names.add(v.name());
                hashes.add(v.hashAt());
            });
        }
        ByteBuffer copy = ByteBuffer.wrap(image.array().clone()).order(ByteOrder.LITTLE_ENDIAN);
        names.stream().filter(at -> text(at).equals(from)).forEach(at -> copy.put(at, to.getBytes(StandardCharsets.US_ASCII)));
        hashes.forEach(at -> copy.putInt(at, hash(to)));
        return copy.array();
    }

    /// The hash of a version's name; System V ABI, "Hash Table".
    static int hash(String name) {
        int hash = 0;
        for (byte c : name.getBytes(StandardCharsets.US_ASCII)) {
            hash = (hash << 4) + c;
            int high = hash & 0xf0000000;
            hash = (hash ^ high >>> 24) & ~high;
        }
        return hash;
    }

    /// The hashes in the file of the required versions, by name.
    Map<String, Integer> hashes() {
        Map<String, Integer> all = new LinkedHashMap<>();
        versions.forEach(n -> n.all().forEach(v -> all.put(text(v.name()), image.getInt(v.hashAt()))));
        return all;
    }
}
