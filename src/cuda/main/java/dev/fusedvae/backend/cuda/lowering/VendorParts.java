package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.VendorFusion;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.driver.Launcher;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.CudaChoice.Vendor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The parts of plans that NVIDIA's libraries run, on the stream of the kernels.
///
/// The number of rows of a step and the offset of its noise are arguments of the libraries' functions. A captured graph would keep
/// these arguments, so with a vendor part steps are launched one by one.
public final class VendorParts implements AutoCloseable {
    private final Set<Vendor> parts;
    private final Optional<CublasProducts> products;
    private final Optional<CurandNoise> noise;

    private VendorParts(Set<Vendor> parts, Optional<CublasProducts> products, Optional<CurandNoise> noise) {
        this.parts = parts;
        this.products = products;
        this.noise = noise;
    }

    /// @throws BackendUnavailableException with the remedy, if a library is missing
    public static VendorParts open(Set<Vendor> parts, Driver driver) {
        Optional<CublasProducts> products = parts.contains(Vendor.GEMM) ? Optional.of(CublasProducts.open(driver)) : Optional.empty();
        try {
            return new VendorParts(parts, products, parts.contains(Vendor.NOISE) ? Optional.of(CurandNoise.open(driver)) : Optional.empty());
        } catch (RuntimeException e) {
            products.ifPresent(CublasProducts::close);
            throw e;
        }
    }

    /// Which library runs which part, for results; empty without parts.
    public String text() {
        List<String> all = new ArrayList<>();
        products.ifPresent(p -> all.add("products by " + p.version()));
        noise.ifPresent(n -> all.add("noise by " + n.version()));
        return String.join(", ", all);
    }

    /// Throws if the plan fuses a part with other ops, because no library could run it then.
    public void check(Plan plan) {
        for (Call call : plan.calls()) {
            for (Vendor part : parts) {
                if (VendorFusion.insteadOf(part).contains(call.op().kind())) {
                    throw new BackendUnavailableException("vendor " + part.flag() + " cannot run " + call.title()
                            + "; make the plan by VendorFusion.of(choice, level), which leaves such fusions out");
                }
            }
        }
    }

    /// The part that runs calls of `kind`; empty if our kernels do.
    Optional<Vendor> of(Kind kind) {
        return parts.stream().filter(p -> VendorFusion.does(p).contains(kind)).findFirst();
    }

    /// A call of one of the parts.
    public Launcher.Launch launch(Kind kind, Args args, Control control) {
        return switch (kind) {
            case LINEAR -> products.orElseThrow().linear(args, control);
            case LINEAR_BACKWARD_DATA -> products.orElseThrow().data(args, control);
            case LINEAR_BACKWARD_WEIGHT -> products.orElseThrow().weight(args, control);
            case NOISE -> noise.orElseThrow().noise(args, control);
            default -> throw new IllegalStateException("no vendor library runs " + kind.label());
        };
    }

    @Override
    public void close() {
        products.ifPresent(CublasProducts::close);
        noise.ifPresent(CurandNoise::close);
    }
}
