package dev.fusedvae.backend.cuda.kernels;

import dev.fusedvae.run.BackendUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The kernels that the build has packed into the jar: their sources, and their images if the build found nvcc.
///
/// `packed/index.txt` lists them, one line each, with fields separated by tabs: `source PATH`, or `image NAME DIGEST ARCHITECTURE PATH`.
/// An image is used only for a kernel with the same name whose sources have the same digest.
///
/// @param index   the place of the list; the paths in it are relative to this
/// @param sources paths of source files under `sources/`
public record Packed(Optional<URL> index, List<String> sources, List<Entry> entries) {
    /// The list, relative to the classes of this package.
    public static final String FOLDER = "packed";
    public static final String INDEX = "index.txt";

    /// @param name         `linear_bias_act/2_tiled`, or the name of a phase
    /// @param architecture `sm_90`, or `compute_80` for PTX
    public record Entry(String name, String digest, String architecture, String path) {
        public String line() {
            return String.join("\t", "image", name, digest, architecture, path);
        }
    }

    public static final Packed NOTHING = new Packed(Optional.empty(), List.of(), List.of());

    public Packed {
        sources = List.copyOf(sources);
        entries = List.copyOf(entries);
    }

    /// The kernels that are packed with these classes; [#NOTHING] in a source tree that was compiled but not packaged.
    public static Packed find() {
        URL index = Packed.class.getResource(FOLDER + "/" + INDEX);
        return index == null ? NOTHING : read(index);
    }

    public static Packed read(URL index) {
        List<String> sources = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        for (String line : new String(bytes(index), StandardCharsets.UTF_8).lines().toList()) {
            String[] fields = line.split("\t");
            if (fields.length == 2 && fields[0].equals("source")) {
                sources.add(fields[1]);
            } else if (fields.length == 5 && fields[0].equals("image")) {
                entries.add(new Entry(fields[1], fields[2], fields[3], fields[4]));
            } else {
                throw new BackendUnavailableException("the index of packed kernels cannot be read at '" + line + "'; build the jar again");
            }
        }
        return new Packed(Optional.of(index), sources, entries);
    }

    /// One line for users.
    public String text() {
        if (entries.isEmpty()) {
            return index.isEmpty() ? "no kernels are packed" : "kernels are packed as sources only, since the build found no nvcc";
        }
        return entries.stream().map(Entry::name).distinct().count() + " kernels are packed for "
                + entries.stream().map(Entry::architecture).distinct().collect(Collectors.joining(", "));
    }

    /// The image for a device of `architecture`: the best cubin that runs on it, else PTX.
    Optional<Images.Image> image(String name, String digest, Architecture architecture) {
        List<String> wanted = new ArrayList<>(architecture.runs());
        if (architecture.number() >= Architecture.OLDEST) {
            wanted.add(Architecture.PACKED_PTX);
        }
        return wanted.stream().flatMap(a -> exactly(name, digest, a).stream()).findFirst();
    }

    /// The image that was compiled for exactly this architecture.
    public Optional<Images.Image> exactly(String name, String digest, String architecture) {
        return entries.stream().filter(e -> e.name().equals(name) && e.digest().equals(digest) && e.architecture().equals(architecture))
                .findFirst().map(this::load);
    }

    private Images.Image load(Entry entry) {
        byte[] bytes = bytes(at(entry.path()));
        boolean ptx = entry.architecture().equals(Architecture.PACKED_PTX);
        return new Images.Image(ptx ? Arrays.copyOf(bytes, bytes.length + 1) : bytes, // the driver takes PTX as a C string
                ptx ? Images.Origin.PACKED_PTX : Images.Origin.PACKED, entry.path());
    }

    /// The packed sources, unpacked to a folder of the cache; empty if there are none.
    Optional<Path> unpacked(KernelCache cache) {
        if (sources.isEmpty()) {
            return Optional.empty();
        }
        List<String> texts = new ArrayList<>();
        sources.forEach(path -> texts.addAll(List.of(path, new String(bytes(at("sources/" + path)), StandardCharsets.UTF_8))));
        return Optional.of(cache.get("sources-" + KernelCache.key(texts, List.of()), this::unpack));
    }

    private void unpack(Path to) {
        for (String path : sources) {
            try {
                Path file = to.resolve(path);
                Files.createDirectories(file.getParent());
                Files.write(file, bytes(at("sources/" + path)));
                file.toFile().setExecutable(path.endsWith(".sh"));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot unpack " + path + " to " + to, e);
            }
        }
    }

    private URL at(String path) {
        String list = index.orElseThrow().toString();
        try {
            return URI.create(list.substring(0, list.length() - INDEX.length()) + path).toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException("no place beside " + list + ": " + path, e);
        }
    }

    private static byte[] bytes(URL place) {
        try (InputStream in = place.openStream()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the packed kernel " + place, e);
        }
    }

    /// The sources to pack: all files that kernels and the SIMT device need, without their tests.
    public static List<String> sources(Path kernels) {
        try (Stream<Path> files = Files.walk(kernels)) {
            return files.filter(Files::isRegularFile).map(f -> kernels.relativize(f).toString().replace('\\', '/'))
                    .filter(path -> !path.contains("/tests/")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + kernels, e);
        }
    }
}
