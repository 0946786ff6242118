package dev.fusedvae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher, on a copy in an empty sandbox: the JDKs and Maven are scripts that write down how they were called,
/// and the absolute places that it searches lie inside the sandbox too.
class LauncherTest {
    private static final List<String> PLACES =
            List.of("/usr/lib/jvm", "/opt/java", "/opt/jdk", "/Library/Java", "/opt/homebrew", "/usr/local");
    private static final List<String> TOOLS =
            List.of("cat", "dirname", "find", "head", "mkdir", "mv", "readlink", "rm", "rmdir", "sed", "sleep");
    private static final String MAIN = "dev.fusedvae.cli.Main";

    @TempDir
    Path sandbox;

    private Path project;
    private Path bin;
    private Path log;

    private record Result(int exit, String out, String err) {}

    @BeforeEach
    void copyLauncherIntoSandbox() throws IOException {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"),
                "the launcher is a POSIX shell script");
        sandbox = sandbox.toRealPath();
        project = Files.createDirectories(sandbox.resolve("a project"));
        bin = Files.createDirectories(sandbox.resolve("bin"));
        log = sandbox.resolve("log");
        Files.createFile(log);
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        Files.createDirectories(project.resolve("src/engine/main/java"));
        Files.writeString(project.resolve("src/engine/main/java/A.java"), "class A {}");
        String original = Files.readString(Path.of("fvae"));
        String copy = original;
        for (String place : PLACES) {
            assertTrue(original.contains(" " + place), place + " is no longer searched: adapt this test");
            copy = copy.replace(" " + place, " " + sandbox + place);
        }
        script(project.resolve("fvae"), copy);
        for (String tool : TOOLS) {
            script(bin.resolve(tool), "#!/bin/sh\nexec " + which(tool) + " \"$@\"\n");
        }
        script(bin.resolve("mvn"), """
                #!/bin/sh
                echo "mvn $JAVA_HOME $(pwd) $*" >>"$LOG"
                echo "Maven talks"
                sleep "${MVN_SLEEP:-0}"
                mkdir -p src/tools/target/classes src/tools/target/lib
                exit "${MVN_EXIT:-0}"
                """);
    }

    @Test
    void javaHome_isTakenFirst() throws Exception {
        Path home = jdk("chosen", "25.0.3");
        jdk("usr/lib/jvm/other", "26");
        Result r = run(Map.of("JAVA_HOME", home.toString()), "explain");
        assertEquals(0, r.exit, r.err);
        assertTrue(lastLog().startsWith("java " + home + " "), lastLog());
    }

    @Test
    void olderJdks_areSkipped() throws Exception {
        Path old = jdk("old", "17.0.15");
        jdk("usr/lib/jvm/jdk-1.8", "1.8.0_452");
        jdk("usr/lib/jvm/jdk-24", "24");
        Path home = jdk("usr/lib/jvm/jdk-25", "25");
        Files.createSymbolicLink(bin.resolve("java"), jdk("onPath", "21.0.1").resolve("bin/java"));
        Result r = run(Map.of("JAVA_HOME", old.toString()));
        assertEquals(0, r.exit, r.err);
        assertTrue(lastLog().startsWith("java " + home + " "), lastLog());
        assertTrue(log().getFirst().startsWith("mvn " + home + " " + project), log().getFirst());
    }

    @Test
    void javaOnPath_isFoundThroughItsSymlinks() throws Exception {
        Path home = jdk("opt-jdk", "26-ea");
        Files.createSymbolicLink(sandbox.resolve("alternatives-java"), home.resolve("bin/java"));
        Files.createSymbolicLink(bin.resolve("java"), Path.of("../alternatives-java"));
        assertEquals(0, run(Map.of()).exit);
        assertTrue(lastLog().startsWith("java " + home + " "), lastLog());
    }

    @Test
    void javaOnPath_isAskedForItsHomeWhereItIsAWrapper() throws Exception {
        Path home = jdk("wrapped", "25");
        script(bin.resolve("java"), "#!/bin/sh\necho '    java.home = " + home + "' >&2\n");
        assertEquals(0, run(Map.of()).exit);
        assertTrue(lastLog().startsWith("java " + home + " "), lastLog());
    }

    @Test
    void jdkInHomeFolder_isFound() throws Exception {
        Path home = jdk("home/.sdkman/candidates/java/25-tem", "25");
        assertEquals(0, run(Map.of()).exit);
        assertTrue(lastLog().startsWith("java " + home + " "), lastLog());
    }

    @Test
    void runtimeWithoutCompiler_isNoJdk() throws Exception {
        Files.delete(jdk("usr/lib/jvm/jre", "25").resolve("bin/javac"));
        assertEquals(4, run(Map.of()).exit);
    }

    @Test
    void missingJdk_isOneSentenceAndExit4() throws Exception {
        Path old = jdk("usr/lib/jvm/jdk-17", "17.0.15");
        Result r = run(Map.of());
        assertEquals(4, r.exit);
        assertEquals("", r.out);
        assertEquals(1, r.err.lines().count(), r.err);
        assertTrue(r.err.startsWith("fvae: needs a JDK 25 or newer (with javac) and found only 17, in " + old + ";"),
                r.err);
        assertTrue(r.err.contains("https://adoptium.net"), r.err);
    }

    @Test
    void missingMaven_isOneSentenceAndExit4() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        Files.delete(bin.resolve("mvn"));
        Result r = run(Map.of());
        assertEquals(4, r.exit);
        assertEquals(1, r.err.lines().count(), r.err);
        assertTrue(r.err.startsWith("fvae: needs Maven (mvn) to build and found none on the PATH; install it"), r.err);
    }

    @Test
    void builtProject_needsNoMaven() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        assertEquals(0, run(Map.of()).exit);
        Files.delete(bin.resolve("mvn"));
        Result r = run(Map.of());
        assertEquals(0, r.exit, r.err);
        assertEquals("", r.err);
        assertEquals(1, builds());
    }

    @Test
    void newerSource_isBuilt() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        run(Map.of());
        for (String changed : List.of("src/engine/main/java/A.java", "pom.xml", "src/engine/main/java")) {
            long before = builds();
            Files.setLastModifiedTime(project.resolve(changed), FileTime.from(Instant.now().plusSeconds(1)));
            run(Map.of());
            assertEquals(before + 1, builds(), changed);
            Files.setLastModifiedTime(project.resolve(changed), FileTime.from(Instant.EPOCH));
        }
    }

    @Test
    void failedBuild_isExit1AndIsTriedAgain() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        Result r = run(Map.of("MVN_EXIT", "3"));
        assertEquals(1, r.exit);
        assertTrue(r.err.contains("fvae: the build failed"), r.err);
        assertEquals(0, run(Map.of()).exit);
        assertEquals(2, builds());
    }

    @Test
    void stdout_holdsOnlyTheProgramsOutput() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        Result r = run(Map.of(), "train", "--json");
        assertEquals("result\n", r.out);
        assertTrue(r.err.contains("Maven talks"), r.err);
    }

    @Test
    void arguments_optionsAndExitCodePassThrough() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        Result r = run(Map.of("FVAE_JAVA_OPTS", "-Xmx1g -Da=*", "JAVA_EXIT", "5"), "train", "two words", "*");
        assertEquals(5, r.exit);
        assertTrue(lastLog().contains(" [-Xmx1g] [-Da=*] [-cp] [" + project + "/src/tools/target/classes:" + project + "/src/cuda/target/classes:" + project
                + "/src/engine/target/classes:" + project + "/src/tools/target/lib/*] [" + MAIN + "] [train] [two words] [*]"), lastLog());
        assertTrue(lastLog().contains(" [--add-modules] [jdk.incubator.vector] "), lastLog());
    }

    @Test
    void symlinkFromElsewhere_runsThisProjectInTheCallersFolder() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        Path elsewhere = Files.createDirectories(sandbox.resolve("elsewhere"));
        Files.createSymbolicLink(bin.resolve("indirect"), Path.of("../a project/fvae"));
        Files.createSymbolicLink(elsewhere.resolve("vae"), bin.resolve("indirect"));
        Result r = finish(start(elsewhere, Map.of("CDPATH", sandbox.toString()), "./vae"));
        assertEquals(0, r.exit, r.err);
        assertTrue(lastLog().contains("[" + project + "/src/tools/target/classes:"), lastLog());
        assertTrue(lastLog().contains(" in " + elsewhere + " "), lastLog());
    }

    /// So that the hints of a command can be typed as they stand.
    @Test
    void nameOfTheProgram_isWhatTheUserTyped() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        assertEquals(0, finish(start(project, Map.of(), "./fvae", "doctor")).exit);
        assertTrue(lastLog().contains(" [-Dfvae.program=./fvae] "), lastLog());
        Files.createSymbolicLink(bin.resolve("vae"), Path.of("../a project/fvae"));
        assertEquals(0, finish(start(sandbox, Map.of(), "/bin/sh", "-c", "vae doctor; exit")).exit);
        assertTrue(lastLog().contains(" [-Dfvae.program=vae] "), lastLog());
    }

    @Test
    void twoFirstStarts_buildOnce() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        Process first = start(sandbox, Map.of("MVN_SLEEP", "0.5"), project + "/fvae");
        Process second = start(sandbox, Map.of("MVN_SLEEP", "0.5"), project + "/fvae");
        assertEquals(0, finish(first).exit);
        assertEquals(0, finish(second).exit);
        assertEquals(1, builds());
    }

    @Test
    void lockOfADeadProcess_isTakenOver() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Path lock = Files.createDirectories(project.resolve("target/fvae.lock"));
        Files.writeString(lock.resolve("pid"), dead.pid() + "\n");
        Result r = run(Map.of());
        assertEquals(0, r.exit, r.err);
        assertEquals(1, builds());
        assertTrue(Files.notExists(lock), "the lock is still there");
    }

    /// Its owner was killed between the making of the lock and the writing of its pid.
    @Test
    void lockOfNobody_isTakenOver() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        Path lock = Files.createDirectories(project.resolve("target/fvae.lock"));
        Result r = run(Map.of());
        assertEquals(0, r.exit, r.err);
        assertTrue(r.err.contains("waiting for the build of another fvae (process unknown)"), r.err);
        assertEquals(1, builds());
        assertTrue(Files.notExists(lock), "the lock is still there");
    }

    /// The first to remove it is held up when it has removed half of it, and the second comes just then.
    @Test
    void lockOfADeadProcess_isTakenOverByOneOfTwo() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Path lock = Files.createDirectories(project.resolve("target/fvae.lock"));
        Files.writeString(lock.resolve("pid"), dead.pid() + "\n");
        script(bin.resolve("rm"), """
                #!/bin/sh
                for file in "$@"; do
                    [ ! -d "$file/break" ] || { %s "$file/break"; %s 1.5; }
                done
                exec %s "$@"
                """.formatted(which("rmdir"), which("sleep"), which("rm")));
        Process first = start(sandbox, Map.of("MVN_SLEEP", "3"), project + "/fvae");
        Process second = start(sandbox, Map.of("MVN_SLEEP", "3"), project + "/fvae");
        assertEquals(0, finish(first).exit);
        assertEquals(0, finish(second).exit);
        assertEquals(1, builds());
        try (Stream<Path> left = Files.list(project.resolve("target"))) {
            assertEquals(List.of(), left.map(f -> f.getFileName().toString()).filter(f -> f.contains("lock")).toList());
        }
    }

    /// A snapshot in the user's repository would be found there by every other project of theirs.
    @Test
    void bench_isBuiltTogetherWithTheLibrary_andNothingIsInstalled() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        Files.createDirectories(project.resolve("bench/src"));
        Files.writeString(project.resolve("bench/pom.xml"), "<project/>");
        Result r = run(Map.of(), "bench", "noise");
        assertEquals(0, r.exit, r.err);
        List<String> builds = log().stream().filter(line -> line.startsWith("mvn ")).toList();
        assertEquals(2, builds.size(), builds.toString());
        assertTrue(builds.getLast().endsWith(" -q -pl bench -am -DskipTests -Dexec.skip package"), builds.getLast());
        assertTrue(builds.stream().noneMatch(line -> line.contains("install")), builds.toString());
        assertTrue(lastLog().contains("[dev.fusedvae.bench.Main] [noise]"), lastLog());
    }

    @Test
    void test_runsMavenThenTheSummary() throws Exception {
        jdk("usr/lib/jvm/jdk-25", "25");
        Result passed = run(Map.of(), "test", "-Dtest=A");
        assertEquals(0, passed.exit, passed.err);
        assertTrue(log().stream().anyMatch(l -> l.startsWith("mvn ") && l.endsWith(" -Dtest=A test")), "no mvn test");
        assertTrue(lastLog().endsWith(" [" + project + "/.ci/TestSummary.java] [" + project + "/src/engine/target] [" + project + "/src/cuda/target] ["
                + project + "/src/tools/target] [" + project + "/src/example/target] [" + project + "/bench/target]"), lastLog());
        Result failed = run(Map.of("MVN_EXIT", "1"), "test");
        assertEquals(1, failed.exit);
        assertTrue(lastLog().contains("TestSummary.java"), "a failed run must have its table too");
    }

    private Path jdk(String place, String version) throws IOException {
        Path home = Files.createDirectories(sandbox.resolve(place));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"),
                "IMPLEMENTOR=\"Somebody\"\nJAVA_VERSION=\"" + version + "\"\nOS=\"x\"\n");
        script(home.resolve("bin/javac"), "#!/bin/sh\n");
        script(home.resolve("bin/java"), """
                #!/bin/sh
                [ "$2" != -version ] || exit 0
                line="java $JAVA_HOME in $(pwd)"
                for a in "$@"; do line="$line [$a]"; done
                echo "$line" >>"$LOG"
                echo result
                exit "${JAVA_EXIT:-0}"
                """);
        return home;
    }

    private Result run(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(project + "/fvae"));
        command.addAll(List.of(arguments));
        return finish(start(sandbox, environment, command.toArray(String[]::new)));
    }

    private Process start(Path folder, Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(
                Map.of("PATH", bin.toString(), "HOME", sandbox.resolve("home").toString(), "LOG", log.toString()));
        builder.environment().putAll(environment);
        return Child.limited(builder.start());
    }

    private static Result finish(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes());
        String err = new String(process.getErrorStream().readAllBytes());
        assertTrue(process.waitFor(Child.MINUTES, TimeUnit.MINUTES), "the launcher hangs");
        return new Result(process.exitValue(), out, err);
    }

    private List<String> log() throws IOException {
        return Files.readAllLines(log);
    }

    private String lastLog() throws IOException {
        return log().getLast();
    }

    private long builds() throws IOException {
        return log().stream().filter(l -> l.startsWith("mvn ")).count();
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        assertTrue(file.toFile().setExecutable(true), "cannot make executable: " + file);
    }

    private static Path which(String tool) {
        for (String folder : System.getenv("PATH").split(":")) {
            Path file = Path.of(folder, tool);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        throw new IllegalStateException("the launcher needs " + tool + ", which is not on the PATH");
    }
}
