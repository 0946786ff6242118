package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConditionsTest {
    @Test
    void modelOfTheProcessor_isReadByItsNumbers_orLeftOut(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("cpuinfo");
        Files.writeString(file, "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 26\nmodel\t\t: 2\nmodel name\t: AMD EPYC\nstepping\t: 1\n\nprocessor\t: 1\nmodel\t\t: 3\n");
        assertEquals(Optional.of("AuthenticAMD family 26 model 2 stepping 1"), Conditions.cpu(file));
        Files.writeString(file, "processor\t: 0\nCPU implementer\t: 0x41\n");
        assertEquals(Optional.empty(), Conditions.cpu(file));
        assertEquals(Optional.empty(), Conditions.cpu(folder.resolve("none")));
    }
}
