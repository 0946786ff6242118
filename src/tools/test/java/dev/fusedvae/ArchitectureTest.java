package dev.fusedvae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Dependencies point one way, and foreign machinery is seen by those only who own it.
class ArchitectureTest {
    /// The source folders of a module; which modules it may use its module-info says, and the compiler checks.
    private record Module(List<Path> folders) {
        Module(String folders) {
            this(Stream.of(folders.split(" ")).map(f -> Path.of("src", f, "java", "dev", "fusedvae")).toList());
        }
    }

    private static final Map<String, Module> MODULES = Map.of(
            "engine", new Module("engine/main"),
            "cuda", new Module("cuda/main"),
            "tools", new Module("tools/main engine/check"));

    /// Each package may use those of lower rank; packages of one rank do not know each other. The root package is Vae and
    /// what it hands out.
    private static final Map<String, Integer> RANKS = Map.ofEntries(
            Map.entry("spec", 0), Map.entry("run", 1), Map.entry("simd", 1), Map.entry("rng", 2), Map.entry("graph", 3), Map.entry("fuse", 4),
            Map.entry("plan", 5), Map.entry("backend", 6), Map.entry("check", 7), Map.entry("classic", 7), Map.entry("data", 7),
            Map.entry("io", 0), Map.entry("json", 1), Map.entry("results", 1), Map.entry("tensors", 2), Map.entry("chart", 8), Map.entry("eval", 8), Map.entry("fetch", 8), Map.entry("png", 8),
            Map.entry("train", 9), Map.entry("", 10), Map.entry("reproduce", 11), Map.entry("lab", 12), Map.entry("cli", 13));

    private static final Pattern OURS = Pattern.compile("dev\\.fusedvae\\.(?:([a-z]+)\\.)?(?:([a-z]+)\\.)?(?:([a-z]+)\\.)?[A-Z]");

    /// Source files by their path under the root package, without comments and package line.
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new LinkedHashMap<>();
        for (Module module : MODULES.values()) {
            sources.putAll(sources(module));
        }
        assertTrue(sources.size() > 100, "run from the root of the project; found " + sources.size() + " sources");
        return sources;
    }

    private static Map<String, String> sources(Module module) throws IOException {
        Map<String, String> sources = new LinkedHashMap<>();
        for (Path root : module.folders()) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                    sources.put(root.relativize(file).toString().replace('\\', '/'), Files.readAllLines(file).stream()
                            .filter(line -> !line.startsWith("package ") && !line.strip().startsWith("//"))
                            .collect(Collectors.joining("\n")));
                }
            }
        }
        return sources;
    }

    /// Folders below the root package that hold sources of the module: `backend/cuda`.
    private static TreeSet<String> packages(String module) throws IOException {
        return sources(MODULES.get(module)).keySet().stream().map(path -> path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "")
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void noPackage_liesInTwoModules() throws IOException {
        List<String> twice = new ArrayList<>();
        for (String a : MODULES.keySet()) {
            for (String b : MODULES.keySet()) {
                if (a.compareTo(b) < 0) {
                    packages(a).stream().filter(packages(b)::contains).forEach(p -> twice.add(p + " in " + a + " and " + b));
                }
            }
        }
        assertEquals(List.of(), twice);
    }

    private static String packageOf(String path) {
        return path.contains("/") ? path.substring(0, path.indexOf('/')) : "";
    }

    @Test
    void packages_useOnlyThoseBelowThem() throws IOException {
        List<String> violations = new ArrayList<>();
        sources().forEach((path, text) -> {
            String own = packageOf(path);
            assertTrue(RANKS.containsKey(own), "package " + own + " has no rank: give it one in this test and in the design");
            for (MatchResult use : OURS.matcher(text).results().toList()) {
                String other = use.group(1) == null ? "" : use.group(1);
                assertTrue(RANKS.containsKey(other), path + " uses package " + other + ", which has no rank");
                if (!other.equals(own) && RANKS.get(other) >= RANKS.get(own)) {
                    violations.add(path + " uses " + (other.isEmpty() ? "the root package" : other));
                }
            }
        });
        assertEquals(List.of(), violations);
    }

    /// The table of packages, one line per rank.
    @Test
    void pageOfTheArchitecture_hasTheseRanks() throws IOException {
        Pattern line = Pattern.compile("(?m)^\\| ((?:`[a-z]+`(?:, )?)+|the root package) \\|");
        List<Set<String>> told = line.matcher(Files.readString(Path.of(".github", "ARCHITECTURE.md"))).results()
                .map(m -> Stream.of(m.group(1).split(", ")).map(p -> p.equals("the root package") ? "" : p.replace("`", "")).collect(Collectors.toSet())).toList();
        List<Set<String>> ranks = RANKS.values().stream().distinct().sorted()
                .map(rank -> RANKS.keySet().stream().filter(p -> RANKS.get(p).equals(rank)).collect(Collectors.toSet())).toList();
        assertEquals(ranks, told);
    }

    @Test
    void everyPackage_isUsedByOneAboveIt() throws IOException {
        TreeSet<String> used = new TreeSet<>();
        sources().forEach((path, text) -> OURS.matcher(text).results().filter(u -> u.group(1) != null && !u.group(1).equals(packageOf(path)))
                .forEach(u -> used.add(u.group(1))));
        used.addAll(List.of("cli", "check", "png")); // the ends: the command line, what tests and benchmarks use, what a ServiceLoader finds
        TreeSet<String> all = new TreeSet<>(RANKS.keySet());
        all.remove("");
        assertEquals(all, used);
    }

    /// What several share, the placement of slots, is a package of its own.
    @Test
    void backends_doNotKnowEachOther() throws IOException {
        List<String> violations = new ArrayList<>();
        sources().forEach((path, text) -> {
            String[] folders = path.split("/");
            for (MatchResult use : OURS.matcher(text).results().toList()) {
                if ("backend".equals(use.group(1)) && use.group(2) != null && folders.length > 2 && folders[0].equals("backend")
                        && !folders[1].equals(use.group(2)) && !use.group(2).equals("memory")) {
                    violations.add(path + " uses backend." + use.group(2));
                }
            }
        });
        assertEquals(List.of(), violations);
    }

    /// Text to image, the device, plans to launches, and the backend that is made of them: each uses those before it.
    @Test
    void layersOfCuda_useOnlyThoseBelowThem() throws IOException {
        List<String> layers = List.of("kernels", "driver", "lowering", "");
        List<String> violations = new ArrayList<>();
        Map<Integer, Integer> uses = new TreeMap<>();
        sources(MODULES.get("cuda")).forEach((path, text) -> {
            int own = layers.indexOf(path.split("/").length == 4 ? path.split("/")[2] : "");
            for (MatchResult use : OURS.matcher(text).results().filter(u -> "cuda".equals(u.group(2))).toList()) {
                int other = layers.indexOf(use.group(3) == null ? "" : use.group(3));
                uses.merge(other, 1, Integer::sum);
                if (other >= own) {
                    violations.add(path + " uses " + use.group());
                }
            }
        });
        assertEquals(List.of(), violations);
        assertEquals(Set.of(0, 1, 2), uses.keySet());
    }

    /// Sources and images are prepared where there is no driver, by the build above all.
    @Test
    void jcuda_isSeenByTheCudaBackendOnly() throws IOException {
        assertEquals(List.of(), users("\\bjcuda\\.").stream().filter(path -> !path.startsWith("backend/cuda/") || path.startsWith("backend/cuda/kernels/")).toList());
    }

    /// So that the rest runs on a JVM without the incubator module.
    @Test
    void vectorApi_isSeenByVectorClassesOnly() throws IOException {
        List<String> users = users("\\bjdk\\.incubator\\.vector\\.[A-Z]");
        assertTrue(users.size() > 5, users.toString());
        assertEquals(List.of(), users.stream().filter(path -> {
            String name = path.substring(path.lastIndexOf('/') + 1);
            return !(name.startsWith("Vector") || name.equals("Lanes.java") || name.endsWith("Tiles.java"));
        }).toList());
    }

    private static List<String> users(String pattern) throws IOException {
        Pattern used = Pattern.compile(pattern);
        return sources().entrySet().stream().filter(e -> used.matcher(e.getValue()).find()).map(Map.Entry::getKey).toList();
    }
}
