package dev.fusedvae.backend.cuda.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Writes the file of a new variant to start from: the card of the naive variant under a new name, followed by its body.
public final class NewVariant {
    private static final Pattern IDEA = Pattern.compile("[a-z][a-z0-9_]{0,40}");
    private static final Pattern WORD = Pattern.compile("\\w+");
    /// The name that a chunk of a body defines: a function, a struct, a constant.
    private static final Pattern DEFINED = Pattern.compile(
            "^(?:template\\s*<[^>]*>\\s*)?(?:(?:DEVICE|MEMBER)[^(]*?(\\w+)\\s*\\(|(?:struct|class|enum|using)\\s+(\\w+)|constexpr\\s+\\w+\\s+(\\w+))", Pattern.MULTILINE);
    private static final String BODY = "#include \"body.cuh\"";
    /// A body that several ops share is in `common`; the ops' own bodies only include it.
    private static final Pattern SHARED = Pattern.compile("\\s*#pragma once\\s+#include \"\\.\\./common/(\\w+\\.cuh)\"\\s*");

    private NewVariant() {}

    /// Writes `<op>/<number>_<idea>.cu`, with the next free number, to `folder`, or to the source tree.
    ///
    /// @throws IllegalArgumentException if the op has no kernels, if the idea is not a name or is taken, or if the kernels are not in a
    ///                                  source tree and no folder is given
    public static Path write(Map<String, String> environment, String op, String idea, Optional<Path> folder) {
        KernelFolder builtIn = KernelFolder.find(KernelCache.of(environment));
        if (builtIn.variants(op).isEmpty()) {
            throw new IllegalArgumentException("there is no op " + op + " with kernels; the ops are " + String.join(", ", builtIn.ops()));
        }
        if (!IDEA.matcher(idea).matches()) {
            throw new IllegalArgumentException("an idea is a name of small letters, digits and underscores such as split_k, got '" + idea + "'");
        }
        if (folder.isEmpty() && !Files.isRegularFile(builtIn.root().resolveSibling("pom.xml"))) {
            throw new IllegalArgumentException(builtIn.root() + " is not in a source tree; name the folder that the variant is to go to");
        }
        Path to = folder.orElse(builtIn.root()).resolve(op);
        List<Path> known = Stream.concat(builtIn.variants(op).stream(), new KernelFolder(folder.orElse(builtIn.root())).variants(op).stream()).toList();
        known.stream().filter(k -> k.getFileName().toString().replaceFirst("^[0-9]+_", "").equals(idea + ".cu")).findFirst().ifPresent(k -> {
            throw new IllegalArgumentException(op + " has a variant of that idea, " + k + "; go on there or give the new one another name");
        });
        int number = 1 + known.stream().mapToInt(KernelFolder::number).max().orElse(0);
        Path file = to.resolve(number + "_" + idea + ".cu");
        try {
            Files.createDirectories(to);
            return Files.writeString(file, text(builtIn.variants(op).getFirst(), op, number + "_" + idea));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + "; choose another folder", e);
        }
    }

    private static String text(Path naive, String op, String variant) throws IOException {
        String source = Files.readString(naive);
        KernelCard card = KernelCard.read(naive);
        String title = "// " + op + " / " + variant;
        List<String> lines = new ArrayList<>(source.lines().toList());
        lines.set(0, title + " ".repeat(Math.max(3, 44 - title.length())) + card.formula());
        String renamed = String.join("\n", lines) + "\n";
        if (!renamed.contains(BODY)) {
            return renamed;
        }
        String kernel = renamed.substring(renamed.indexOf(BODY) + BODY.length()).strip() + "\n";
        return renamed.substring(0, renamed.indexOf(BODY)) + inlined(body(naive.getParent()), kernel).strip() + "\n\n" + kernel;
    }

    private static String body(Path op) throws IOException {
        String own = Files.readString(op.resolve("body.cuh"));
        Matcher shared = SHARED.matcher(own);
        return shared.matches()
                ? Files.readString(op.resolveSibling("common").resolve(shared.group(1))).replaceAll("(?m)^#include \"(\\w+\\.cuh)\"", "#include \"../common/$1\"")
                : own;
    }

    /// The includes, and those definitions of `body` that `kernel` needs.
    private static String inlined(String body, String kernel) {
        List<String> chunks = chunks(body.replaceFirst("^(//.*\n)+", "").replace("#pragma once\n", "")); // without its head comment, which would become a part of the card
        Set<String> wanted = words(kernel);
        Set<Integer> kept = new HashSet<>();
        boolean grew = true;
        while (grew) {
            grew = false;
            for (int i = 0; i < chunks.size(); i++) {
                Set<String> defined = defined(chunks.get(i));
                if (!kept.contains(i) && (defined.isEmpty() || defined.stream().anyMatch(wanted::contains))) {
                    kept.add(i);
                    wanted.addAll(words(chunks.get(i)));
                    grew = true;
                }
            }
        }
        return IntStream.range(0, chunks.size()).filter(kept::contains).mapToObj(chunks::get).collect(Collectors.joining("\n\n"));
    }

    /// The pieces of `body` between blank lines that are outside of all braces.
    private static List<String> chunks(String body) {
        List<String> chunks = new ArrayList<>();
        StringBuilder chunk = new StringBuilder();
        int depth = 0;
        for (String line : body.lines().toList()) {
            String code = line.replaceAll("//.*", "");
            depth += (int) code.chars().filter(c -> c == '{').count() - (int) code.chars().filter(c -> c == '}').count();
            if (line.isBlank() && depth == 0) {
                chunks.add(chunk.toString().strip());
                chunk.setLength(0);
            } else {
                chunk.append(line).append('\n');
            }
        }
        chunks.add(chunk.toString().strip());
        chunks.removeIf(String::isEmpty);
        return chunks;
    }

    private static Set<String> defined(String chunk) {
        return DEFINED.matcher(chunk).results().flatMap(m -> Stream.of(1, 2, 3).map(m::group)).filter(g -> g != null).collect(Collectors.toSet());
    }

    private static Set<String> words(String text) {
        return WORD.matcher(text.replaceAll("//.*", "")).results().map(MatchResult::group).collect(Collectors.toCollection(HashSet::new));
    }
}
