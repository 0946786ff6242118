package dev.fusedvae.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.CatalogueEntry;
import dev.fusedvae.data.CatalogueEntry.IdxFiles;
import dev.fusedvae.data.CatalogueEntry.PinnedFile;
import dev.fusedvae.data.DataException;
import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.TestFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a server on the loopback that, by the first folder of the path, serves, refuses, lies, breaks off or stalls.
class FetcherTest {

    private static final List<String> NAMES = List.of("train-images", "train-labels", "test-images", "test-labels");

    @TempDir
    Path dir;

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<String> lines = new ArrayList<>();
    private ServerSocket server;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> answer(socket));
                } catch (IOException _) {
                    return; // closed: the test is over
                }
            }
        });
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private void answer(Socket socket) {
        try (socket; OutputStream out = socket.getOutputStream()) {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String request = in.readLine();
            if (request == null) {
                return; // it asked for nothing: see awaitRefusal
            }
            String path = request.split(" ")[1];
            while (!in.readLine().isEmpty()) {
                // skip headers
            }
            requests.add(path);
            String file = path.substring(path.lastIndexOf('/') + 1).replace(".gz", "");
            byte[] body = TestFiles.gzip(content(file));
            switch (path.split("/")[1]) {
                case "good" -> send(out, "200 OK", body.length, body);
                case "wrong" -> {
                    byte[] zeros = TestFiles.gzip(new byte[content(file).length]);
                    send(out, "200 OK", zeros.length, zeros);
                }
                case "huge" -> send(out, "200 OK", 1 << 20, new byte[1 << 20]);
                case "broken" -> send(out, "200 OK", body.length, Arrays.copyOf(body, body.length / 2));
                case "cut" -> send(out, "200 OK", body.length / 2, Arrays.copyOf(body, body.length / 2));
                case "moved" -> out.write(("HTTP/1.1 302 Found\r\nLocation: /good/" + file + ".gz\r\nContent-Length: 0\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                case "stalled" -> {
                    send(out, "200 OK", body.length, new byte[0]);
                    socket.getInputStream().read();
                }
                default -> send(out, "404 Not Found", 4, "gone".getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException _) {
            // the client hung up, which some tests want
        }
    }

    private static void send(OutputStream out, String status, int length, byte[] body) throws IOException {
        out.write(("HTTP/1.1 " + status + "\r\nContent-Length: " + length + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
    }

    private static byte[] content(String file) {
        return TestFiles.ramp(100 + 10 * NAMES.indexOf(file));
    }

    private CatalogueEntry entry(String... mirrors) {
        List<PinnedFile> files = NAMES.stream().map(n -> new PinnedFile(n, content(n).length, sha256(content(n)))).toList();
        return new CatalogueEntry("tiny", "Tiny", "none", new ImageShape(1, 1, 1), 1, 1, 1, 255, Optional.empty(),
                Optional.of(new IdxFiles(files.get(0), files.get(1), files.get(2), files.get(3))), List.of(),
                Stream.of(mirrors).map(m -> "http://127.0.0.1:" + server.getLocalPort() + "/" + m + "/").toList());
    }

    private Fetcher fetcher() {
        return new Fetcher(Duration.ofMinutes(1), Duration.ofMinutes(1), lines::add);
    }

    private String refusal(String... mirrors) {
        return assertThrows(DataException.class, () -> fetcher().fetch(entry(mirrors), dir.resolve("c"))).getMessage();
    }

    private List<String> filesLeft() throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve("c"))) {
            return files.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void fetch_fillsTheFolderAndLeavesIntactFilesAlone() throws IOException {
        Path folder = fetcher().fetch(entry("good"), dir.resolve("c"));
        assertEquals(List.of("test-images.gz", "test-labels.gz", "train-images.gz", "train-labels.gz"), filesLeft());
        for (String name : NAMES) {
            assertArrayEquals(TestFiles.gzip(content(name)), Files.readAllBytes(folder.resolve(name + ".gz")));
        }
        Files.write(folder.resolve("test-labels.gz"), new byte[] {1});
        requests.clear();
        fetcher().fetch(entry("good"), folder);
        assertEquals(List.of("/good/test-labels.gz"), requests, "only the damaged file is fetched again");
        assertTrue(lines.contains("train-images.gz: already there"));
    }

    @Test
    void fetch_triesMirrorsInTurn() {
        fetcher().fetch(entry("gone", "wrong", "broken", "moved"), dir.resolve("c"));
        assertEquals(List.of("/gone/train-images.gz", "/wrong/train-images.gz", "/broken/train-images.gz", "/moved/train-images.gz",
                "/good/train-images.gz"), requests.subList(0, 5));
    }

    @Test
    void wrongContent_isRefusedByItsDigest() throws IOException {
        String message = refusal("wrong");
        assertTrue(message.contains("/wrong/train-images.gz has SHA-256 " + sha256(new byte[100]) + " instead of "
                + sha256(content("train-images"))), message);
        assertEquals(List.of(), filesLeft());
    }

    @Test
    void everyFault_isNamedAndLeavesNothingBehind() throws IOException {
        String message = refusal("gone", "broken", "cut", "huge");
        assertTrue(message.startsWith("could not fetch train-images.gz of tiny (http://127.0.0.1"), message);
        assertTrue(message.contains("/gone/train-images.gz answered with status 404; "), message);
        assertTrue(message.contains("/broken/train-images.gz broke off ("), message);
        assertTrue(message.contains("/cut/train-images.gz is no sound gzip file; "), message);
        assertTrue(message.contains("/huge/train-images.gz broke off ("), message);
        assertTrue(message.endsWith("): try again with a network, or put train-images.gz, train-labels.gz, test-images.gz, test-labels.gz into "
                + dir.resolve("c") + " or any folder named with --data-dir"), message);
        assertEquals(List.of(), filesLeft());
    }

    @Test
    void offline_isOneSentence() throws IOException {
        CatalogueEntry entry = entry("good");
        int port = server.getLocalPort();
        server.close();
        awaitRefusal(port);
        String message = assertThrows(DataException.class, () -> fetcher().fetch(entry, dir.resolve("c"))).getMessage();
        assertTrue(message.contains("/good/train-images.gz cannot be reached: no network?): try again"), message);
        assertEquals(List.of(), filesLeft());
    }

    /// A closed server may still take the connection that its thread was waiting for.
    private static void awaitRefusal(int port) throws IOException {
        for (int i = 0; i < 100; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.shutdownOutput();
            } catch (ConnectException e) {
                return;
            }
        }
        throw new IOException("port " + port + " still answers");
    }

    @Test
    void stalledServer_isGivenUp() {
        Fetcher hasty = new Fetcher(Duration.ofMinutes(1), Duration.ofSeconds(1), lines::add);
        String message = assertThrows(DataException.class, () -> hasty.fetch(entry("stalled"), dir.resolve("c"))).getMessage();
        assertTrue(message.contains("took longer than 1 s"), message);
    }

    @Test
    void embeddedData_needsNoFetching() {
        assertEquals("digits is part of the program, so there is nothing to fetch: use it as --data digits",
                assertThrows(DataException.class, () -> fetcher().fetch(Catalogue.shape("digits"), dir)).getMessage());
    }

    @Test
    void unwritableFolder_isRefused() throws IOException {
        Path file = Files.write(dir.resolve("file"), new byte[1]);
        assertTrue(assertThrows(DataException.class, () -> fetcher().fetch(entry("good"), file.resolve("sub")))
                .getMessage().contains("set XDG_CACHE_HOME to a folder"));
    }
}
