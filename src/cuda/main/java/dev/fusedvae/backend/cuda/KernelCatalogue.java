package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.cuda.kernels.Architecture;
import dev.fusedvae.backend.cuda.kernels.Compiler;
import dev.fusedvae.backend.cuda.kernels.Cubin;
import dev.fusedvae.backend.cuda.kernels.Images;
import dev.fusedvae.backend.cuda.kernels.KernelCache;
import dev.fusedvae.backend.cuda.kernels.KernelCard;
import dev.fusedvae.backend.cuda.kernels.KernelFolder;
import dev.fusedvae.backend.cuda.kernels.KernelSource;
import dev.fusedvae.backend.cuda.kernels.Nvrtc;
import dev.fusedvae.backend.cuda.kernels.Occupancy;
import dev.fusedvae.backend.cuda.kernels.Packed;
import dev.fusedvae.backend.cuda.kernels.Variants;
import dev.fusedvae.backend.cuda.lowering.Bindings;
import dev.fusedvae.backend.cuda.lowering.Control;
import dev.fusedvae.backend.cuda.lowering.Launched;
import dev.fusedvae.backend.cuda.lowering.Launches;
import dev.fusedvae.backend.cuda.lowering.Slots;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.CudaChoice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The kernels and what is known about them; needs no device.
public final class KernelCatalogue {
    private final Map<String, String> environment;
    private final KernelFolder folder;
    private final Variants variants;
    private final Packed packed = Packed.find();

    /// What a kernel needs on one architecture.
    ///
    /// @param origin      where the image came from, in words
    /// @param registers   registers per thread
    /// @param sharedBytes static shared memory per block
    /// @param stackBytes  local memory per thread; spilled registers are there, so 0 means no spills
    /// @param blocks      number of blocks of 256 threads that a multiprocessor can run at a time
    /// @param occupancy   the warps of these blocks as a share of the warps that a multiprocessor can run, in 0..1
    public record Figures(String architecture, String origin, int registers, int sharedBytes, int stackBytes, int blocks, double occupancy) {}

    private KernelCatalogue(Map<String, String> environment, KernelFolder folder, Map<String, String> wanted) {
        this.environment = environment;
        this.folder = folder;
        variants = new Variants(folder, Architecture.SIMT, wanted);
    }

    /// The built-in kernels and those of the folder that `choice` names.
    ///
    /// @throws BackendUnavailableException if there are none
    /// @throws IllegalArgumentException    if the choice names a folder that conflicts with them, or variants that do not exist
    public static KernelCatalogue open(Map<String, String> environment, CudaChoice choice) {
        KernelCache cache = KernelCache.of(environment);
        KernelFolder builtIn = KernelFolder.find(cache);
        return new KernelCatalogue(environment, choice.kernels().map(extra -> builtIn.with(extra, cache)).orElse(builtIn), choice.variants());
    }

    /// The cards of all variants, by op and number.
    public List<KernelCard> cards() {
        return variants.all().stream().map(KernelSource.Variant::card).toList();
    }

    /// The cards of `name`, which is an op or a variant (`op/variant`); empty if there is none of that name.
    public List<KernelCard> cards(String name) {
        return cards().stream().filter(c -> c.name().equals(name) || c.op().equals(name)).toList();
    }

    /// The variant that a call runs on if the device supports all variants, as the SIMT device does.
    ///
    /// @throws BackendUnavailableException if the op has no kernel
    public String variant(FusedOp op, int batch) {
        return variants.choose(op.kind().label(), Bindings.dimensions(op, batch)).card().variant();
    }

    /// Bytes of device memory that `plan` takes, without the examples: the value of [dev.fusedvae.backend.Executable#arenaBytes]
    /// after it is loaded with these variants.
    ///
    /// @throws BackendUnavailableException if an op has no kernel
    public long arenaBytes(Plan plan) {
        return Slots.Layout.of(plan, Launches.norms(Launched.Chosen.of(plan, variants))).bytes() + Control.bytes(plan, variants.structs());
    }

    /// What a variant needs on each architecture that the build compiles for; images that are not packed are compiled.
    ///
    /// @throws BackendUnavailableException if there is no image and no compiler, or it does not compile
    public List<Figures> figures(KernelCard card) {
        KernelSource.Variant variant = variants.all().stream().filter(v -> v.card().equals(card)).findFirst().orElseThrow();
        List<Figures> figures = new ArrayList<>();
        for (String name : Architecture.PACKED) {
            Architecture architecture = Architecture.of(name);
            Images.Image image = packed.exactly(card.name(), Images.digest(folder, variant, false), name)
                    .orElseGet(() -> new Images(folder, architecture, Packed.NOTHING, environment).of(variant));
            Cubin cubin = Cubin.read(image.bytes(), variant.entry());
            Occupancy occupancy = Occupancy.of(architecture, cubin.registers(), cubin.sharedBytes());
            figures.add(new Figures(name, image.origin().text(), cubin.registers(), cubin.sharedBytes(), cubin.stackBytes(),
                    occupancy.blocks(), occupancy.share()));
        }
        return figures;
    }

    /// What this machine has for running kernels on GPUs, by name: sources, packed images, NVRTC, and where images would come from.
    public static Map<String, String> machine(Map<String, String> environment) {
        Map<String, String> found = new LinkedHashMap<>();
        Packed packed = Packed.find();
        try {
            KernelFolder folder = KernelFolder.find(KernelCache.of(environment));
            found.put("kernels", folder.ops().size() + " ops in " + folder.root() + "; " + packed.text());
        } catch (BackendUnavailableException e) {
            found.put("kernels", e.getMessage());
        }
        Architecture oldest = Architecture.of("sm_" + Architecture.OLDEST);
        Optional<Compiler> nvrtc = Nvrtc.find(oldest, environment);
        found.put("nvrtc", nvrtc.map(Compiler::text).orElse("not found; needed only to compile CUDA kernels where there is no nvcc"));
        List<String> sources = new ArrayList<>();
        if (!packed.entries().isEmpty()) {
            sources.add("packed ones where the sources are the same");
        }
        sources.add("those kept in " + KernelCache.of(environment).folder());
        Compiler.find(oldest, environment).ifPresent(c -> sources.add("compiled by " + c.text()));
        boolean none = packed.entries().isEmpty() && Compiler.find(oldest, environment).isEmpty();
        found.put("kernel images", sources.stream().collect(Collectors.joining(", then ")) + (none ? "; " + Images.remedy(oldest) : ""));
        return found;
    }
}
