package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.cuda.KernelCatalogue;
import dev.fusedvae.backend.cuda.kernels.KernelCard;
import dev.fusedvae.results.Json;
import dev.fusedvae.results.Program;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.CudaChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows the card of a kernel and the resources that it needs on each architecture.
@Command(name = "show", description = {"Show the cards of an op's variants, and what each takes per architecture.",
    "Registers per thread, shared memory per block, local memory per thread (0: nothing spills), and how many blocks of 256 threads fit on a"
        + " multiprocessor."},
        footer = {"  ${ROOT-COMMAND-NAME} kernels show linear_bias_act/2_tiled", "  ${ROOT-COMMAND-NAME} kernels show linear_bias_act --kernels my-kernels"})
final class KernelsShowCommand extends FvaeCommand {

    @Parameters(index = "0", paramLabel = "OP[/VARIANT]", description = "an op, or one of its variants")
    String name = "";

    @Option(names = "--kernels", paramLabel = "DIR", description = "a folder of kernel variants beside the built-in ones")
    Optional<Path> kernels = Optional.empty();

    KernelsShowCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        KernelCatalogue catalogue = UsageException.value(() -> KernelCatalogue.open(terminal.env(), kernels.map(CudaChoice.DEFAULT::withKernels).orElse(CudaChoice.DEFAULT)));
        List<KernelCard> cards = catalogue.cards(name);
        if (cards.isEmpty()) {
            throw unknown(catalogue.cards());
        }
        ObjectNode root = Json.object();
        ArrayNode all = root.putArray("kernels");
        for (KernelCard card : cards) {
            ObjectNode node = all.addObject();
            KernelsCommand.describe(node, card);
            if (!json) {
                print(card.name() + "   " + card.formula());
                card.lines().forEach((key, text) -> print("  " + key + " ".repeat(8 - key.length()) + text));
            }
            figures(catalogue, card, node);
        }
        if (json) {
            print(root);
        }
        return Exit.OK;
    }

    private void figures(KernelCatalogue catalogue, KernelCard card, ObjectNode node) {
        ArrayNode list = node.putArray("architectures");
        try {
            List<KernelCatalogue.Figures> figures = catalogue.figures(card);
            figures.forEach(f -> list.add(Json.tree(f)));
            if (!json) {
                table(figures).lines().forEach(line -> print("  " + line));
                print("  images: " + figures.getFirst().origin() + "; occupancy by the limits of the multiprocessor, not measured");
            }
        } catch (BackendUnavailableException e) {
            node.put("reason", e.getMessage());
            if (!json) {
                print("  no figures: " + e.getMessage());
            }
        }
    }

    private static TextTable table(List<KernelCatalogue.Figures> figures) {
        TextTable table = new TextTable("architecture", "registers", "shared", "stack", "spills", "blocks", "occupancy").right(1, 2, 3, 4, 5, 6);
        for (KernelCatalogue.Figures f : figures) {
            table.row(f.architecture(), String.valueOf(f.registers()), f.sharedBytes() + " B", f.stackBytes() + " B",
                    f.stackBytes() == 0 ? "none" : "<= " + f.stackBytes() + " B", String.valueOf(f.blocks()), String.format(Locale.ROOT, "%.0f %%", 100 * f.occupancy()));
        }
        return table;
    }

    private UsageException unknown(List<KernelCard> cards) {
        String op = name.replaceFirst("/.*", "");
        List<String> ops = cards.stream().map(KernelCard::op).distinct().toList();
        if (ops.contains(op)) {
            return new UsageException("there is no kernel variant " + name + "; those of " + op + " are "
                    + String.join(", ", cards.stream().filter(c -> c.op().equals(op)).map(KernelCard::variant).toList()));
        }
        List<String> names = Stream.concat(ops.stream(), cards.stream().map(KernelCard::name)).toList();
        return new UsageException("there is no kernel " + name + Spelling.nearest(name, names).map(n -> "; did you mean " + n + "?").orElse("")
                + (Spelling.nearest(name, names).isPresent() ? " `" : "; `") + Program.name() + " kernels` lists those there are");
    }
}
