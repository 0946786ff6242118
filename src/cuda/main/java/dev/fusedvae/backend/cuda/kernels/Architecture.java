package dev.fusedvae.backend.cuda.kernels;

import java.util.ArrayList;
import java.util.List;

/// The architecture that kernels are compiled for.
///
/// @param name   `sm_90`, `sm_90a`, or `simt`
/// @param number ten times the compute capability, called `arch` in cards; 80 for the SIMT device, which executes the instructions of
///               sm_80
public record Architecture(String name, int number) {
    public static final Architecture SIMT = new Architecture("simt", 80);
    /// The oldest one: cp.async and the tensor-core instructions that kernels use exist since compute capability 8.0.
    public static final int OLDEST = 80;
    /// The architectures that the build compiles for; the PTX of the oldest runs on all later ones.
    public static final List<String> PACKED = List.of("sm_80", "sm_90", "sm_90a", "sm_100", "sm_120");
    public static final String PACKED_PTX = "compute_80";

    /// The architecture of that name.
    public static Architecture of(String name) {
        if (name.equals(SIMT.name)) {
            return SIMT;
        }
        if (!name.matches("sm_[0-9]{2,3}[af]?")) {
            throw new IllegalArgumentException("an architecture is called sm_90 or simt, not '" + name + "'");
        }
        return new Architecture(name, Integer.parseInt(name.replaceAll("\\D", "")));
    }

    boolean simt() {
        return equals(SIMT);
    }

    /// The architecture to compile for so that kernels can use all instructions of the device: wgmma exists for sm_90a only.
    Architecture target() {
        return name.equals("sm_90") ? of("sm_90a") : this;
    }

    /// The architectures whose cubins run on a device of this one, best first: the same major number and no higher minor number; those
    /// with an `a` run on exactly that device only (CUDA C++ Programming Guide, "Binary Compatibility").
    List<String> runs() {
        if (simt()) {
            return List.of(name);
        }
        List<String> names = new ArrayList<>(List.of("sm_" + number + "a"));
        for (int n = number; n >= number / 10 * 10; n--) {
            names.add("sm_" + n);
        }
        return names;
    }
}
