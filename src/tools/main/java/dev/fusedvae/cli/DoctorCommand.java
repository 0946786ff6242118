package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.Backends;
import dev.fusedvae.backend.cuda.CallRoutes;
import dev.fusedvae.backend.cuda.KernelCatalogue;
import dev.fusedvae.backend.cuda.driver.VendorLibrary;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.CatalogueEntry;
import dev.fusedvae.data.Lookup;
import dev.fusedvae.results.Json;
import dev.fusedvae.results.Program;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.simd.Simd;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;

/// Shows what was probed on this machine, and what would help where something is missing.
@Command(name = "doctor", description = "Show what was found on this machine: Java, vectors, backends, data, fonts, compilers.",
        footer = "  ${ROOT-COMMAND-NAME} doctor")
final class DoctorCommand extends FvaeCommand {

    DoctorCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        Map<String, String> found = new LinkedHashMap<>();
        found.put("fvae", Version.text());
        found.put("java", Runtime.version() + ", " + System.getProperty("java.vendor") + ", " + System.getProperty("java.home"));
        found.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", " + System.getProperty("os.arch"));
        found.put("cpu", Machine.processor() + ", " + Runtime.getRuntime().availableProcessors() + " threads");
        found.put("memory", "heap up to " + Units.bytes(Runtime.getRuntime().maxMemory()) + physical());
        found.put("vectors", Simd.vector() ? Simd.bits() + " bits" : Simd.warning().orElse("scalar code, as fvae.vectorBits says"));
        for (String backend : List.of("auto", "cpu", "reference", "cuda")) {
            found.put("backend " + backend, backend(backend));
        }
        found.put("calls of cuda", CallRoutes.describe());
        for (VendorLibrary library : VendorLibrary.values()) {
            found.put(library.title(), library.text(terminal.env()));
        }
        for (CatalogueEntry entry : Catalogue.entries()) {
            Lookup lookup = Catalogue.lookup(entry.name(), Optional.empty(), terminal.env());
            found.put("data " + entry.name(), lookup.found().map(Lookup.Place::toString)
                    .orElse("not found; run `%1$s data fetch %2$s`, or see `%1$s data list`".formatted(Program.name(), entry.name())));
        }
        found.put("fonts", Fonts.families() > 0 ? Fonts.families() + " families" : Fonts.MISSING);
        found.put("g++", tool("g++").orElse("not found; needed only to run CUDA kernels without a GPU"));
        found.put("nvcc", tool("nvcc").orElse("not found; needed only to compile CUDA kernels that the jar does not bring"));
        found.putAll(KernelCatalogue.machine(terminal.env()));
        report(found);
        return Exit.OK;
    }

    private void report(Map<String, String> found) {
        if (json) {
            ObjectNode root = Json.object();
            found.forEach(root::put);
            print(root);
            return;
        }
        int width = found.keySet().stream().mapToInt(String::length).max().orElse(0);
        found.forEach((name, value) -> print(name + " ".repeat(width + 2 - name.length()) + value));
    }

    private static String backend(String name) {
        try {
            Backends.Opened opened = Backends.open(BackendChoice.of(name));
            try (var backend = opened.backend()) {
                String notes = opened.notes().isEmpty() ? "" : " (" + String.join("; ", opened.notes()) + ")";
                return "ready: " + backend.device() + notes;
            }
        } catch (BackendUnavailableException | IllegalArgumentException e) {
            return "refused: " + e.getMessage();
        }
    }

    private static String physical() {
        return Machine.field(Path.of("/proc/meminfo"), "MemTotal").filter(v -> v.matches("[0-9]{1,15} kB"))
                .map(v -> " of " + Units.bytes(1024 * Long.parseLong(v.substring(0, v.length() - 3))) + " in the machine").orElse("");
    }

    private Optional<String> tool(String name) {
        return Arrays.stream(terminal.env().getOrDefault("PATH", "").split(File.pathSeparator)).filter(p -> !p.isEmpty())
                .map(folder -> Path.of(folder, name)).filter(Files::isExecutable).map(Path::toString).findFirst();
    }
}
