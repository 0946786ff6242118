package dev.fusedvae.png;

import dev.fusedvae.data.DataException;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.FolderFormat;
import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.ReadOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// A folder of PNGs of one size, sorted by name; in sub-folders, whose names are the labels.
///
/// Sub-folders named by whole numbers give those numbers as labels, others their rank in sorted order.
public final class PngFolderReader implements FolderFormat {

    private static final int MAX_SIDE = 1 << 14;

    @Override
    public String name() {
        return "PNG";
    }

    /// True where the folder, or a folder directly in it, holds a PNG.
    @Override
    public boolean matches(Path folder) {
        return !pngs(folder).isEmpty() || subfolders(folder).stream().anyMatch(sub -> !pngs(sub).isEmpty());
    }

    @Override
    public DataSet read(Path folder, ReadOptions options) {
        List<Path> files = new ArrayList<>(pngs(folder));
        List<Path> classes = subfolders(folder).stream().filter(sub -> !pngs(sub).isEmpty()).toList();
        if (!files.isEmpty() && !classes.isEmpty()) {
            throw new DataException(folder + " has PNGs both directly and in sub-folders; keep them in one place"
                    + " (sub-folders are labels)");
        }
        List<Integer> labels = new ArrayList<>();
        boolean numbered = classes.stream().allMatch(sub -> sub.getFileName().toString().matches("\\d{1,9}"));
        for (int c = 0; c < classes.size(); c++) {
            int label = numbered ? Integer.parseInt(classes.get(c).getFileName().toString()) : c;
            for (Path file : pngs(classes.get(c))) {
                files.add(file);
                labels.add(label);
            }
        }
        DataSet data = readAll(folder, files, options);
        return labels.isEmpty() ? data : data.withLabels(labels.stream().mapToInt(Integer::intValue).toArray());
    }

    private static DataSet readAll(Path folder, List<Path> files, ReadOptions options) {
        Pixels first = pixels(files.getFirst());
        ImageShape shape = options.image().orElse(first.shape());
        if ((long) files.size() * shape.features() > Integer.MAX_VALUE) {
            throw new DataException(folder + " has " + files.size() + " pictures of " + shape
                    + ", but a data set in memory must have fewer than 2^31 values: take fewer, or give a smaller image shape");
        }
        byte[] values = new byte[files.size() * shape.features()];
        int at = 0;
        for (Path file : files) {
            Pixels pixels = pixels(file);
            if (options.image().isEmpty() && !pixels.shape().equals(shape)) {
                throw new DataException(file + " is " + described(pixels.shape()) + ", but " + files.getFirst().getFileName() + " is "
                        + described(shape) + "; make them equal, or give an image shape to convert all to");
            }
            System.arraycopy(pixels.to(shape).values(), 0, values, at, shape.features());
            at += shape.features();
        }
        return DataSet.ofBytes(folder.toString(), files.size(), shape.features(), values).withFullScale(255).withImage(shape);
    }

    private static Pixels pixels(Path file) {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
            reader.setInput(in);
            if (reader.getWidth(0) > MAX_SIDE || reader.getHeight(0) > MAX_SIDE) {
                throw new DataException(file + " is " + reader.getHeight(0) + "x" + reader.getWidth(0) + ", more than " + MAX_SIDE
                        + " pixels to a side; make it smaller");
            }
            return Pixels.of(reader.read(0));
        } catch (DataException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // On damaged files the PNG reader also throws unchecked exceptions of several kinds.
            throw new DataException(file + " cannot be read as a PNG (" + e.getMessage() + "); write or copy it again", e);
        } finally {
            reader.dispose();
        }
    }

    private static String described(ImageShape shape) {
        return shape.height() + "x" + shape.width() + (shape.channels() == 1 ? " grey" : " RGB");
    }

    private static List<Path> pngs(Path folder) {
        return list(folder).stream()
                .filter(p -> p.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".png") && Files.isRegularFile(p)).toList();
    }

    private static List<Path> subfolders(Path folder) {
        return list(folder).stream().filter(Files::isDirectory).toList();
    }

    /// What a folder holds, sorted by name, hidden entries left out.
    private static List<Path> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(p -> !p.getFileName().toString().startsWith(".")).sorted().toList();
        } catch (IOException e) {
            throw new DataException(folder + " cannot be read (" + e + ")", e);
        }
    }
}
