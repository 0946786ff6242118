package dev.fusedvae.cli;

import dev.fusedvae.backend.cuda.kernels.NewVariant;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.results.Json;
import dev.fusedvae.results.Program;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Writes a variant to start from.
@Command(name = "new", description = {"Write a kernel variant to start from: the naive one's card and body in one file, correct at once.",
    "verify, ladder, explain and train take it up with no other edit."},
        footer = {"  ${ROOT-COMMAND-NAME} kernels new latent_grad shared_scale", "  ${ROOT-COMMAND-NAME} kernels new linear_bias_act split_k --kernels my-kernels"})
final class KernelsNewCommand extends FvaeCommand {

    @Parameters(index = "0", paramLabel = "OP", description = "the op: `${ROOT-COMMAND-NAME} kernels` lists them")
    String op = "";

    @Parameters(index = "1", paramLabel = "IDEA", description = "what is to be tried, as a name: split_k")
    String idea = "";

    @Option(names = "--kernels", paramLabel = "DIR", description = "the folder to write to; made if it is not there (default: kernels/ of the source tree)")
    Optional<Path> kernels = Optional.empty();

    KernelsNewCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        kernels.ifPresent(Outputs::folder);
        Path file;
        try {
            file = UsageException.value(() -> NewVariant.write(terminal.env(), op, idea, kernels));
        } catch (UncheckedIOException e) {
            throw new IoFailure(e.getMessage(), e);
        }
        String variant = op + "/" + file.getFileName().toString().replace(".cu", "");
        String with = kernels.map(k -> " --kernels " + k).orElse("");
        if (json) {
            print(Json.object().put("file", file.toString()).put("variant", variant));
            return Exit.OK;
        }
        print(file.toString());
        say("next: FVAE_CUDA=simt %s verify %s%s; then %s ladder %s%s", Program.name(), variant, with, Program.name(), op, with);
        return Exit.OK;
    }
}
