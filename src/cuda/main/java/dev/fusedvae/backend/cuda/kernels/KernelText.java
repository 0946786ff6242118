package dev.fusedvae.backend.cuda.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// The text of a kernel with everything that it includes, by path within `kernels/`: the input of its compilation.
record KernelText(Map<String, String> files) {
    private static final Pattern INCLUDE = Pattern.compile("^\\s*#\\s*include\\s*\"([^\"]+)\"", Pattern.MULTILINE);
    /// The name of a generated source, which has no file.
    private static final String GENERATED = "phase.cu";

    KernelText {
        files = java.util.Collections.unmodifiableMap(new TreeMap<>(files));
    }

    /// The text of `source`; it includes headers of the SIMT device only if it is compiled for that.
    static KernelText of(KernelFolder folder, KernelSource source, boolean simt) {
        Map<String, String> files = new TreeMap<>();
        switch (source) {
            case KernelSource.Variant variant -> add(folder, variant.file(), simt, files);
            case KernelSource.Phase phase -> generated(folder, phase.text(), simt, files);
            case KernelSource.Written written -> generated(folder, written.text(), simt, files);
        }
        return new KernelText(files);
    }

    private static void generated(KernelFolder folder, String text, boolean simt, Map<String, String> files) {
        files.put(GENERATED, text);
        follow(folder, folder.root().resolve(GENERATED), text, simt, files);
    }

    private static void add(KernelFolder folder, Path file, boolean simt, Map<String, String> files) {
        String name = folder.root().relativize(file).toString().replace('\\', '/');
        if (files.containsKey(name) || !simt && name.startsWith("simt/")) {
            return;
        }
        try {
            String text = Files.readString(file);
            files.put(name, text);
            follow(folder, file, text, simt, files);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /// Searches like a compiler for a quoted name: in the folder of the file, then in the folders of -I. A file that does not exist is
    /// left for the compiler to report.
    private static void follow(KernelFolder folder, Path file, String text, boolean simt, Map<String, String> files) {
        for (MatchResult include : INCLUDE.matcher(text).results().toList()) {
            for (Path base : List.of(file.getParent(), folder.root(), folder.root().resolve("common"))) {
                Path named = base.resolve(include.group(1)).normalize();
                if (Files.isRegularFile(named)) {
                    add(folder, named, simt, files);
                    break;
                }
            }
        }
    }

    /// A digest of names, contents and `options`, 32 hexadecimal digits.
    String digest(List<String> options) {
        List<String> texts = new ArrayList<>(options);
        files.forEach((name, text) -> texts.addAll(List.of(name, text)));
        return KernelCache.key(texts, List.of());
    }
}
