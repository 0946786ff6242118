package dev.fusedvae.backend.cuda.driver;

import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.CudaChoice.Vendor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jcuda.JCudaVersion;
import jcuda.LibUtils;

/// A library of NVIDIA that a plan can use, and the preparation that lets JCuda's binding load with the installed version.
///
/// JCuda extracts its native library to `java.io.tmpdir`, unless a file of that name exists there already, and loads it. [#prepare]
/// first writes the right file there. jcublas 12.6 requires libcublas.so.12 and its symbol version; if CUDA 13 is installed, both
/// are renamed in that file. The newest jcurand is 11.8, but JCuda looks for a file with the version of jcuda.
public enum VendorLibrary {
    /// Matrix products.
    CUBLAS("cuBLAS", Vendor.GEMM, "JCublas2", "12.6.0", List.of("libcublas.so.12", "libcublas.so.13")),
    /// Noise.
    CURAND("cuRAND", Vendor.NOISE, "JCurand", "11.8.0", List.of("libcurand.so.10"));

    private final String title;
    private final Vendor part;
    private final String binding;
    private final String bindingVersion;
    /// The first is the one that the binding was linked to.
    private final List<String> names;

    VendorLibrary(String title, Vendor part, String binding, String bindingVersion, List<String> names) {
        this.title = title;
        this.part = part;
        this.binding = binding;
        this.bindingVersion = bindingVersion;
        this.names = names;
    }

    /// `cuBLAS`
    public String title() {
        return title;
    }

    /// The first of its names that the loader finds; the library stays loaded.
    @SuppressWarnings("restricted") // a vendor's library is native code
    public Optional<String> find() {
        return names.stream().filter(name -> {
            try {
                SymbolLookup.libraryLookup(name, Arena.global());
                return true;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }).findFirst();
    }

    /// What was found, in words.
    public String text(Map<String, String> environment) {
        String use = "needed only for vendor " + part.flag();
        if (environment.getOrDefault(Probe.VARIABLE, "").equals("simt")) {
            return "a stand-in for " + names.getFirst() + ", built with the SIMT device; called through JCuda (" + binding + " " + bindingVersion + "); " + use;
        }
        return find().map(name -> name + "; called through JCuda (" + binding + " " + bindingVersion + ", "
                        + (name.equals(names.getFirst()) ? "as it is" : "renamed for it") + "); " + use)
                .orElseGet(() -> "not found: " + String.join(" or ", names) + "; " + use);
    }

    /// Prepares JCuda's binding for loading, and returns the name of the library that it will use.
    ///
    /// @throws BackendUnavailableException with the remedy, if library or binding is missing
    public String prepare() {
        String found = find().orElseThrow(() -> new BackendUnavailableException("vendor " + part.flag() + " needs " + title
                + ", and the loader finds no " + String.join(" or ", names)
                + "; install the CUDA toolkit, add the library's folder to LD_LIBRARY_PATH, or leave " + part.flag() + " out"));
        try {
            prepare(found, Path.of(System.getProperty("java.io.tmpdir")));
            return found;
        } catch (LinkageError e) {
            throw new BackendUnavailableException("vendor " + part.flag() + " needs jcublas and jcurand on the class path (" + e.getMessage() + "); add them, or leave "
                    + part.flag() + " out");
        }
    }

    /// Writes the binding for `found` to `folder`, under the name that JCuda looks for.
    public void prepare(String found, Path folder) {
        Path file = folder.resolve(LibUtils.createLibraryFileName(LibUtils.createPlatformLibraryName(binding + "-" + JCudaVersion.get())));
        try {
            byte[] image = image();
            if (!found.equals(names.getFirst())) {
                image = new ElfLibrary(image).renamed(names.getFirst(), found);
            }
            if (!Files.isRegularFile(file) || !Arrays.equals(Files.readAllBytes(file), image)) {
                Path whole = Files.createTempFile(folder, "fvae", ".so");
                Files.write(whole, image);
                Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE); // processes that have loaded the old file keep it
            }
        } catch (IOException e) {
            throw new BackendUnavailableException("cannot write " + file + ", which JCuda loads to call " + title
                    + "; remove it or name another folder by -Djava.io.tmpdir (" + e.getMessage() + ")");
        }
    }

    private byte[] image() throws IOException {
        String name = "/lib/lib" + binding + "-" + bindingVersion + "-linux-x86_64.so";
        try (InputStream in = LibUtils.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new BackendUnavailableException("vendor " + part.flag() + " needs the native library of " + binding
                        + ", which is not on the class path; JCuda has it for linux on x86-64 only, so leave " + part.flag() + " out elsewhere");
            }
            return in.readAllBytes();
        }
    }

    /// Runs `first`, the first use of the binding.
    ///
    /// @throws BackendUnavailableException if it does not load
    public void load(Runnable first) {
        try {
            first.run();
        } catch (LinkageError e) {
            throw new BackendUnavailableException("JCuda's binding of " + title + " does not load: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given") + "; leave " + part.flag() + " out");
        }
    }
}
