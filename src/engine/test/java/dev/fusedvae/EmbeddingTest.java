package dev.fusedvae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingTest {

    @Test
    void snippet_runs(@TempDir Path folder) {
        float[][] fresh = Embedding.run(folder);
        assertEquals(16, fresh.length);
        assertEquals(64, fresh[0].length);
    }

    @Test
    void readme_showsTheSnippetThatRuns() throws IOException {
        Path readme = Path.of("README.md");
        assumeTrue(Files.exists(readme), "skipped: there is no README.md yet");
        String source = Files.readString(Path.of("src/engine/test/java/dev/fusedvae/Embedding.java"));
        int from = source.indexOf("// snippet\n") + "// snippet\n".length();
        String snippet = source.substring(from, source.indexOf("        // end of snippet")).stripTrailing().stripIndent()
                .lines().filter(line -> !line.strip().equals("return fresh;")).collect(Collectors.joining("\n"));
        assertTrue(Files.readString(readme).contains(snippet), "README.md lacks this snippet, word for word:\n" + snippet);
    }
}
