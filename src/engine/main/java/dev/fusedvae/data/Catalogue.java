package dev.fusedvae.data;

import dev.fusedvae.data.CatalogueEntry.IdxFiles;
import dev.fusedvae.data.CatalogueEntry.PinnedFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// The data sets known by name: `digits` (inside the jar), `mnist`, `fashion-mnist` (IDX files, found or fetched).
///
/// Files are looked up in order: the given folder and the one named after the set in it; the same for `FVAE_DATA`; the
/// [cache][#cacheFolder]; `datasets/NAME` in each of `XDG_DATA_DIRS`, which is where Debian's packages put them.
/// Content is checked against its pinned SHA-256 when loaded, so a name always means the same data.
public final class Catalogue {

    private static final Map<String, CatalogueEntry> ENTRIES = CatalogueResource.read();

    private Catalogue() {}

    /// All entries in the order of the catalogue.
    public static List<CatalogueEntry> entries() {
        return List.copyOf(ENTRIES.values());
    }

    public static boolean has(String name) {
        return ENTRIES.containsKey(name);
    }

    /// Shape and sizes of a data set, which need not be present.
    public static CatalogueEntry shape(String name) {
        CatalogueEntry entry = ENTRIES.get(name);
        if (entry == null) {
            throw new DataException("no data set is called '" + name + "': the catalogue has " + String.join(", ", ENTRIES.keySet())
                    + "; anything else is given as the path of a file or a folder");
        }
        return entry;
    }

    /// Where the data set was looked for and what was there; `env` is the environment, usually `System.getenv()`.
    public static Lookup lookup(String name, Optional<Path> dataDir, Map<String, String> env) {
        CatalogueEntry entry = shape(name);
        if (entry.files().isEmpty()) {
            return new Lookup(name, List.of(new Lookup.Place("built in", Optional.empty(), true, "")));
        }
        List<Lookup.Place> places = new ArrayList<>();
        dataDir.ifPresent(folder -> places.addAll(placesIn(entry, "data-dir", folder)));
        value(env, "FVAE_DATA").ifPresent(folder -> places.addAll(placesIn(entry, "FVAE_DATA", Path.of(folder))));
        places.add(place(entry, "cache", cacheFolder(name, env)));
        for (String folder : value(env, "XDG_DATA_DIRS").orElse("/usr/local/share:/usr/share").split(":")) {
            if (!folder.isBlank()) {
                places.add(place(entry, "system", Path.of(folder, "datasets", name)));
            }
        }
        return new Lookup(name, places);
    }

    /// The folder for downloaded data sets: `$XDG_CACHE_HOME/fusedvae/NAME`, by default under `~/.cache`.
    public static Path cacheFolder(String name, Map<String, String> env) {
        Path caches = value(env, "XDG_CACHE_HOME").map(Path::of)
                .orElseGet(() -> Path.of(value(env, "HOME").orElse(System.getProperty("user.home")), ".cache"));
        return caches.resolve("fusedvae").resolve(name);
    }

    /// Loads a data set of the catalogue; where it is absent the error lists every place and the remedy.
    public static Split load(String name, Optional<Path> dataDir, Map<String, String> env) {
        CatalogueEntry entry = shape(name);
        if (entry.resource().isPresent()) {
            return embedded(entry, entry.resource().get());
        }
        Lookup lookup = lookup(name, dataDir, env);
        Path folder = lookup.found().flatMap(Lookup.Place::folder).orElseThrow(() -> new CatalogueException(name, name
                + " is not on this machine: give the folder of its files, or set FVAE_DATA to it; looked in " + lookup.describe()));
        return load(entry, folder);
    }

    /// Reads and verifies the four files of an entry in the folder.
    static Split load(CatalogueEntry entry, Path folder) {
        IdxFiles files = entry.files().orElseThrow();
        return new Split(read(entry, "train", folder, files.trainImages(), files.trainLabels()),
                read(entry, "test", folder, files.testImages(), files.testLabels()));
    }

    /// Loads a data set of the catalogue by name, or else a file or a folder by path, tried in `dataDir` as well.
    public static Split open(String nameOrPath, Optional<Path> dataDir, Map<String, String> env, ReadOptions options) {
        return has(nameOrPath) ? load(nameOrPath, dataDir, env) : DataFiles.readSplit(path(nameOrPath, dataDir), options);
    }

    /// The file or folder of the user's that a name outside the catalogue means: as it is, or in `dataDir`.
    ///
    /// @throws DataException if there is none and the name does not look like a path
    public static Path path(String name, Optional<Path> dataDir) {
        Path path = Path.of(name);
        Optional<Path> existing = Stream.concat(Stream.of(path), dataDir.stream().map(dir -> dir.resolve(path))).filter(Files::exists).findFirst();
        boolean looksLikePath = name.contains("/") || name.contains("\\") || name.contains(".");
        return existing.or(() -> looksLikePath ? Optional.of(path) : Optional.empty())
                .orElseThrow(() -> new DataException("'" + name + "' is neither a data set of the catalogue ("
                        + String.join(", ", ENTRIES.keySet()) + ") nor a file or folder that exists"));
    }

    private static List<Lookup.Place> placesIn(CatalogueEntry entry, String origin, Path folder) {
        return Stream.concat(entry.subfolders().stream().map(folder::resolve), Stream.of(folder))
                .map(candidate -> place(entry, origin, candidate)).toList();
    }

    private static Lookup.Place place(CatalogueEntry entry, String origin, Path folder) {
        if (!Files.isDirectory(folder)) {
            return new Lookup.Place(origin, Optional.of(folder), false, "no such folder");
        }
        List<String> missing = entry.files().orElseThrow().all().stream().filter(file -> locate(folder, file).isEmpty())
                .map(PinnedFile::packedName).toList();
        String reason = missing.isEmpty() ? strangerIn(entry, folder) : "lacks " + String.join(", ", missing);
        return new Lookup.Place(origin, Optional.of(folder), reason.isEmpty(), reason);
    }

    /// Why a folder with all the right names is not this data set, or an empty string.
    ///
    /// MNIST and Fashion-MNIST have the same file names, so the smallest file is compared here; loading compares all four.
    private static String strangerIn(CatalogueEntry entry, Path folder) {
        PinnedFile file = entry.files().orElseThrow().testLabels();
        Path path = locate(folder, file).orElseThrow();
        try {
            String fault = Digests.fault(file, Digests.content(path, file));
            return fault.isEmpty() ? "" : "its " + path.getFileName() + " is not that of " + entry.name() + " (" + fault + ")";
        } catch (DataException e) {
            return e.getMessage();
        }
    }

    /// The file in the folder, packed by gzip or not.
    static Optional<Path> locate(Path folder, PinnedFile file) {
        return Stream.of(file.packedName(), file.name()).map(folder::resolve).filter(Files::isRegularFile).findFirst();
    }

    private static DataSet read(CatalogueEntry entry, String part, Path folder, PinnedFile images, PinnedFile labels) {
        String name = entry.name() + " " + part;
        try {
            return IdxReader.readExamples(name, new ByteArrayInputStream(verified(entry, folder, images)))
                    .withLabels(IdxReader.readLabels(name, new ByteArrayInputStream(verified(entry, folder, labels))))
                    .withFullScale(entry.fullScale());
        } catch (IOException e) {
            throw Source.failure(folder, e);
        }
    }

    private static byte[] verified(CatalogueEntry entry, Path folder, PinnedFile file) {
        Path path = locate(folder, file).orElseThrow(() -> new DataException(folder + " lacks " + file.packedName()));
        byte[] content = Digests.content(path, file);
        String fault = Digests.fault(file, content);
        if (!fault.isEmpty()) {
            throw new CatalogueException(entry.name(), path + " is not the file of " + entry.name() + " (" + fault
                    + "): put the published file in its place, or, if it is data of your own, give its path instead of the name " + entry.name());
        }
        return content;
    }

    private static Split embedded(CatalogueEntry entry, String resource) {
        try (InputStream raw = Catalogue.class.getResourceAsStream(resource)) {
            if (raw == null) {
                throw new DataException("the jar lacks its data file " + resource + ": build or download it again");
            }
            DataSet all = TextReader.read(entry.name(), new BufferedInputStream(new GZIPInputStream(raw)),
                    ReadOptions.defaults().withLabelColumn(-1)).withImage(entry.image()).withFullScale(entry.fullScale());
            return new Split(all.slice(0, entry.trainSize()).withName(entry.name() + " train"),
                    all.slice(entry.trainSize(), entry.trainSize() + entry.testSize()).withName(entry.name() + " test"));
        } catch (IOException e) {
            throw new DataException("the data file " + resource + " inside the jar is damaged: build or download it again", e);
        }
    }

    private static Optional<String> value(Map<String, String> env, String variable) {
        return Optional.ofNullable(env.get(variable)).filter(text -> !text.isBlank());
    }
}
