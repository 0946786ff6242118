package dev.fusedvae.backend.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ElfLibraryTest {

    /// The native library of jcublas, from its jar.
    private static byte[] jcublas() throws IOException {
        try (InputStream in = ElfLibraryTest.class.getResourceAsStream("/lib/libJCublas2-12.6.0-linux-x86_64.so")) {
            if (in == null) {
                System.out.println("skipped: no natives of jcublas on this platform");
                Assumptions.abort("skipped: no natives of jcublas on this platform");
            }
            return in.readAllBytes();
        }
    }

    @Test
    void jcublas_needsCuda12WithItsVersion() throws IOException {
        ElfLibrary library = new ElfLibrary(jcublas());
        assertTrue(library.needed().containsAll(List.of("libcublas.so.12", "libc.so.6")), library.needed().toString());
        assertEquals(List.of("libcublas.so.12"), library.versions().get("libcublas.so.12"));
    }

    @Test
    void hash_isThatOfTheLinker() throws IOException {
        new ElfLibrary(jcublas()).hashes().forEach((name, stated) -> assertEquals(stated, ElfLibrary.hash(name), name));
        assertEquals(0x09691a75, ElfLibrary.hash("GLIBC_2.2.5")); // readelf -V shows it in any library
    }

    @Test
    void renamedLibrary_asksForTheOtherOneAndForNothingElse() throws IOException {
        byte[] before = jcublas();
        byte[] after = new ElfLibrary(before).renamed("libcublas.so.12", "libcublas.so.13");
        ElfLibrary library = new ElfLibrary(after);
        assertEquals(new ElfLibrary(before).needed().stream().map(n -> n.replace("cublas.so.12", "cublas.so.13")).toList(), library.needed());
        assertEquals(List.of("libcublas.so.13"), library.versions().get("libcublas.so.13"));
        assertFalse(library.versions().containsKey("libcublas.so.12"));
        library.hashes().forEach((name, stated) -> assertEquals(stated, ElfLibrary.hash(name), name));
        long changed = 0;
        for (int i = 0; i < before.length; i++) {
            changed += before[i] == after[i] ? 0 : 1;
        }
        assertTrue(before.length == after.length && changed <= 2, changed + " bytes changed: one digit of the name, one of its hash");
    }

    @Test
    void renaming_backGivesTheFirstBytes() throws IOException {
        byte[] before = jcublas();
        byte[] there = new ElfLibrary(before).renamed("libcublas.so.12", "libcublas.so.13");
        assertTrue(Arrays.equals(before, new ElfLibrary(there).renamed("libcublas.so.13", "libcublas.so.12")));
    }

    @Test
    void nonsense_isRefusedInASentence() throws IOException {
        ElfLibrary library = new ElfLibrary(jcublas());
        assertEquals("both names must have the same length: libcublas.so.12, libcublas.so.9",
                assertThrows(IllegalArgumentException.class, () -> library.renamed("libcublas.so.12", "libcublas.so.9")).getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> library.renamed("libnope.so.1", "libnope.so.2")).getMessage().endsWith("not libnope.so.1"));
        assertEquals("the file is not an x86-64 ELF library",
                assertThrows(IllegalArgumentException.class, () -> new ElfLibrary(new byte[100])).getMessage());
        assertEquals("the library is cut short or damaged",
                assertThrows(IllegalArgumentException.class, () -> new ElfLibrary(Arrays.copyOf(jcublas(), 70))).getMessage());
    }
}
