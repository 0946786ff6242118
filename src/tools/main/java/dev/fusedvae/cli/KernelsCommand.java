package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.cuda.KernelCatalogue;
import dev.fusedvae.backend.cuda.kernels.KernelCard;
import dev.fusedvae.results.Json;
import dev.fusedvae.run.CudaChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Lists the CUDA kernels; `kernels show` gives more on one of them.
@Command(name = "kernels", description = "List the CUDA kernels: ops, variants, formulas, launches.", subcommandsRepeatable = false,
        commandListHeading = "%nCommands:%n", footer = {"  ${ROOT-COMMAND-NAME} kernels", "  ${ROOT-COMMAND-NAME} kernels show linear_bias_act/2_tiled"})
final class KernelsCommand extends FvaeCommand {

    @Option(names = "--kernels", paramLabel = "DIR", description = "a folder of kernel variants beside the built-in ones")
    Optional<Path> kernels = Optional.empty();

    KernelsCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        List<KernelCard> cards = UsageException.value(() -> KernelCatalogue.open(terminal.env(), kernels.map(CudaChoice.DEFAULT::withKernels).orElse(CudaChoice.DEFAULT))).cards();
        if (json) {
            ObjectNode root = Json.object();
            ArrayNode all = root.putArray("kernels");
            cards.forEach(card -> describe(all.addObject(), card));
            print(root);
            return Exit.OK;
        }
        TextTable table = new TextTable("op/variant", "computes", "launch");
        cards.forEach(card -> table.row(card.name(), card.formula(), card.lines().get("launch")));
        table.lines().forEach(this::print);
        return Exit.OK;
    }

    static void describe(ObjectNode node, KernelCard card) {
        node.put("op", card.op());
        node.put("variant", card.variant());
        node.put("formula", card.formula());
        card.lines().forEach(node::put);
    }
}
