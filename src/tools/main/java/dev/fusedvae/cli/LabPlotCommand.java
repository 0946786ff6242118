package dev.fusedvae.cli;

import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.LabCharts;
import dev.fusedvae.results.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Draws results files.
@Command(name = "plot", description = "Draw results files: rooflines, steps by fusion level, scaling curves, contests; one page that needs no other file.",
        footer = {"  ${ROOT-COMMAND-NAME} lab plot ablation.json scale.json --out page.html", "  ${ROOT-COMMAND-NAME} lab plot scale.json --out page.html --pictures pictures"})
final class LabPlotCommand extends FvaeCommand {

    @Parameters(index = "0", arity = "1..*", paramLabel = "FILE", description = "results files of the commands ablate, scale and bench peers")
    List<Path> files = List.of();

    @Option(names = "--out", required = true, paramLabel = "PAGE", description = "the page to write")
    Path out = Path.of("");

    @Option(names = "--pictures", paramLabel = "DIR", description = {"also write every picture to a folder, as SVG and PNG: KIND-1.svg ...;",
        "where files of one kind are given twice, FILE-1.svg ... after their names"})
    Optional<Path> pictures = Optional.empty();

    LabPlotCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        Outputs.file(out);
        pictures.ifPresent(Outputs::folder);
        List<BenchResults> all = files.stream().map(BenchResults::read).toList();
        List<String> names = pictures.isPresent() ? names(files, all.stream().map(BenchResults::what).toList()) : List.of();
        LabCharts.page(all).save(out);
        List<String> written = new ArrayList<>(List.of(out.toString()));
        pictures.ifPresent(folder -> IntStream.range(0, all.size()).forEach(i -> save(all.get(i), folder.resolve(names.get(i)), written)));
        if (json) {
            var list = Json.object();
            written.forEach(list.putArray("files")::add);
            print(list);
        } else {
            written.forEach(this::print);
        }
        return Exit.OK;
    }

    /// What the pictures of each file are called before their number: the file's kind, or its own name where others are of that kind.
    ///
    /// @throws UsageException if two files would have pictures of one name
    static List<String> names(List<Path> files, List<String> kinds) {
        List<String> names = IntStream.range(0, files.size()).mapToObj(i -> Collections.frequency(kinds, kinds.get(i)) == 1 ? kinds.get(i)
                : files.get(i).getFileName().toString().replaceFirst("\\.json$", "")).toList();
        for (int i = 0; i < names.size(); i++) {
            int first = names.indexOf(names.get(i));
            UsageException.require(first == i, "pictures of %s and of %s would both be called %s-1.svg; give one file another name", files.get(first), files.get(i), names.get(i));
        }
        return names;
    }

    /// @param stem folder and beginning of the name of every picture
    private static void save(BenchResults results, Path stem, List<String> written) {
        int number = 1;
        for (LabCharts.Picture picture : LabCharts.of(results)) {
            String name = stem.getFileName() + "-" + number++;
            Path svg = stem.resolveSibling(name + ".svg");
            picture.chart().saveSvg(svg);
            picture.chart().savePng(stem.resolveSibling(name + ".png"));
            written.add(svg.toString());
        }
    }
}
