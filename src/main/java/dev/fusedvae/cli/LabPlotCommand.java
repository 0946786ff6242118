package dev.fusedvae.cli;

import dev.fusedvae.io.Json;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.LabCharts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Draws results files.
@Command(name = "plot", description = "Draw results files: rooflines, steps by fusion level, scaling curves, contests; one page that needs no other file.",
        footer = {"  fvae lab plot ablation.json scale.json --out page.html", "  fvae lab plot scale.json --out page.html --pictures pictures"})
final class LabPlotCommand extends FvaeCommand {

    @Parameters(index = "0", arity = "1..*", paramLabel = "FILE", description = "results files of fvae ablate, fvae scale or fvae bench peers")
    List<Path> files = List.of();

    @Option(names = "--out", required = true, paramLabel = "PAGE", description = "the page to write")
    Path out = Path.of("");

    @Option(names = "--pictures", paramLabel = "DIR", description = "also write every picture to a folder, as SVG and PNG")
    Optional<Path> pictures = Optional.empty();

    LabPlotCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        Outputs.file(out);
        pictures.ifPresent(Outputs::folder);
        List<BenchResults> all = files.stream().map(BenchResults::read).toList();
        LabCharts.page(all).save(out);
        List<String> written = new ArrayList<>(List.of(out.toString()));
        pictures.ifPresent(folder -> all.forEach(results -> save(results, folder, written)));
        if (json) {
            var list = Json.object();
            written.forEach(list.putArray("files")::add);
            print(list);
        } else {
            written.forEach(this::print);
        }
        return Exit.OK;
    }

    private static void save(BenchResults results, Path folder, List<String> written) {
        int number = 1;
        for (LabCharts.Picture picture : LabCharts.of(results)) {
            Path svg = folder.resolve(results.what() + "-" + number++ + ".svg");
            picture.chart().saveSvg(svg);
            picture.chart().savePng(folder.resolve(svg.getFileName().toString().replace(".svg", ".png")));
            written.add(svg.toString());
        }
    }
}
