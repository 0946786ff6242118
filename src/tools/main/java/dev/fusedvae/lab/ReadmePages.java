package dev.fusedvae.lab;

import dev.fusedvae.io.AtomicFile;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.results.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The figures of `README.md` and `bench/README.md`, and their pictures, made from the newest files of `bench/results`.
///
/// A page marks what is filled in, and the marks are comments, so that a reader of the rendered page does not see them:
///
/// ```
/// <!-- contest -->
/// all between the two marks is replaced; ReadmeBlocks has the names
/// <!-- /contest -->
///
/// A step takes <!--= steps | step S batch 128 layer | time -->1.55 ms<!--=-->; see ReadmeValues.
/// ```
///
/// A block or a value that cannot be made, because a file, a row or a contestant is missing, ends with a sentence that
/// says what is missing; the pages are then left as they were.
public final class ReadmePages {
    /// The pages, each with a block that it must have.
    static final Map<String, String> PAGES = pages();
    private static final Pattern BLOCK = Pattern.compile("<!-- ([a-z][a-z0-9-]*) -->\n(.*?)<!-- /\\1 -->", Pattern.DOTALL);
    private static final Pattern MARK = Pattern.compile("<!-- /?[A-Za-z0-9_-]+ -->");
    private static final Pattern VALUE = Pattern.compile("<!--= ([^>]*?) -->(.*?)<!--=-->", Pattern.DOTALL);

    private final Path root;
    private final ReadmePictures pictures;

    /// @param root the source tree
    public ReadmePages(Path root) {
        this.root = root;
        pictures = new ReadmePictures(root, PAGES.keySet());
    }

    private static Map<String, String> pages() {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("README.md", "contest");
        pages.put("bench/README.md", "training");
        return pages;
    }

    /// A page with all its blocks and values in place; files that were read are added to `used`.
    private String filled(String page, Set<Path> used) throws IOException {
        Path file = root.resolve(page);
        String text = Files.readString(file);
        ReadmeFiles files = new ReadmeFiles(root, page, used);
        String needed = PAGES.get(page);
        if (!text.contains("<!-- " + needed + " -->\n")) {
            throw new IoFailure(file + " has no place for the block " + needed + "; put the lines <!-- " + needed + " --> and <!-- /" + needed + " --> where it is to be");
        }
        requirePairs(file, text);
        ReadmeBlocks blocks = new ReadmeBlocks(root, files);
        String withBlocks = BLOCK.matcher(text).replaceAll(m -> Matcher.quoteReplacement(
                "<!-- " + m.group(1) + " -->\n" + String.join("\n", blocks.lines(m.group(1))) + "\n<!-- /" + m.group(1) + " -->"));
        ReadmeValues values = new ReadmeValues(files);
        return VALUE.matcher(withBlocks).replaceAll(m -> Matcher.quoteReplacement("<!--= " + m.group(1) + " -->" + values.text(m.group(1)) + "<!--=-->"));
    }

    /// Refuses a mark that opens and never closes: what it was to replace would stay for ever.
    private static void requirePairs(Path file, String text) {
        Matcher outside = MARK.matcher(BLOCK.matcher(text).replaceAll(""));
        if (outside.find()) {
            throw new IoFailure(file + " has the mark " + outside.group() + " without its other half; a block is <!-- NAME -->, its lines, <!-- /NAME -->");
        }
    }

    /// Writes pages and pictures; returns the results that they are of.
    public List<Path> write() {
        try {
            Set<Path> used = new TreeSet<>();
            Map<String, String> texts = new LinkedHashMap<>();
            for (String page : PAGES.keySet()) {
                texts.put(page, filled(page, used));
            }
            pictures.write();
            texts.forEach((page, text) -> AtomicFile.write(root.resolve(page), text));
            return List.copyOf(used);
        } catch (IOException e) {
            throw new IoFailure("cannot bring the pages and their pictures up to date: " + e, e);
        }
    }

    /// What is not as [#write] would make it, a sentence each; empty if all is current.
    public List<String> stale() {
        try {
            List<String> found = new ArrayList<>();
            for (String page : PAGES.keySet()) {
                String there = Files.readString(root.resolve(page));
                String due = filled(page, new TreeSet<>());
                if (!there.equals(due)) {
                    found.add(page + " is not of the newest results, first at: " + difference(there, due) + "; run " + Program.name() + " lab readme");
                }
            }
            found.addAll(pictures.stale());
            return found;
        } catch (IOException e) {
            throw new IoFailure("cannot read the pages or their pictures: " + e, e);
        }
    }

    /// The first line of `there` that differs.
    private static String difference(String there, String due) {
        List<String> now = there.lines().toList();
        List<String> then = due.lines().toList();
        for (int i = 0; i < Math.min(now.size(), then.size()); i++) {
            if (!now.get(i).equals(then.get(i))) {
                return now.get(i);
            }
        }
        return "its end";
    }

    /// A page without what is filled in, for checks of what people wrote.
    static String written(String text) {
        return VALUE.matcher(BLOCK.matcher(text).replaceAll("")).replaceAll("");
    }
}
