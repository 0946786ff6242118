package dev.fusedvae.backend.cuda.lowering;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class UpdateTablesTest {

    @Test
    void chunkOfAnUpdate_isTheHeaders() throws IOException {
        String header = Files.readString(Path.of("kernels/common/args.cuh"));
        assertTrue(header.contains(" UPDATE_CHUNK = " + UpdateTables.UPDATE_CHUNK + ";"));
    }
}
