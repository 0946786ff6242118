package dev.fusedvae.backend.cuda.kernels;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// nvcc, or g++ for the SIMT device.
public final class ToolCompiler implements Compiler {
    /// g++ contracts a·b+c to an fma by default, which would change the noise, hence -ffp-contract=off. The last two options keep
    /// modules apart, so that each one is bound and unloaded by itself.
    private static final List<String> SIMT = List.of("-DFVAE_SIMT", "-x", "c++", "-std=c++20", "-O2", "-fPIC", "-shared",
            "-ffp-contract=off", "-mfma", "-fno-gnu-unique", "-fvisibility=hidden");

    /// With these options g++ reports every load and store as for ThreadSanitizer, but without its runtime: the reports go to the
    /// device, see `kernels/simt/reported.hpp`. `kernels/simt/build.sh` has the same options.
    private static final List<String> REPORTING = List.of("-DFVAE_SIMT_RACES", "-g", "-fsanitize=thread", "-nodefaultlibs", "-Wl,--no-as-needed",
            "-lstdc++", "-lm", "-lc", "-lgcc_s");

    /// The environment variable with further options for g++, such as `-g -fsanitize=address,undefined`; build.sh reads it too.
    public static final String SIMT_FLAGS = "FVAE_SIMT_FLAGS";
    /// If this environment variable is set, kernels report their loads and stores, and the device finds races among them.
    public static final String SIMT_RACES = "FVAE_SIMT_RACES";

    private final Tool tool;
    private final Architecture architecture;
    private final String version;
    /// The further options for g++, such as those of a sanitizer.
    private final List<String> flags;

    ToolCompiler(Tool tool, Architecture architecture, Map<String, String> environment) {
        this.tool = tool;
        this.architecture = architecture;
        String extra = environment.getOrDefault(SIMT_FLAGS, "").strip();
        Stream<String> own = extra.isEmpty() ? Stream.of() : Stream.of(extra.split("\\s+"));
        flags = Stream.concat(own, environment.getOrDefault(SIMT_RACES, "").isBlank() ? Stream.of() : REPORTING.stream()).toList();
        version = tool.version();
    }

    @Override
    public String text() {
        return tool.path().toString();
    }

    private List<String> options() {
        if (architecture.simt()) {
            return Stream.concat(SIMT.stream(), flags.stream()).toList();
        }
        List<String> options = new ArrayList<>(List.of("-cubin", "-arch=" + architecture.name()));
        options.addAll(Images.OPTIONS);
        return options;
    }

    @Override
    public List<String> identity() {
        List<String> all = new ArrayList<>(options());
        all.add(version);
        return all;
    }

    @Override
    public void compile(String name, Path input, List<Path> includes, Path to) {
        List<String> arguments = new ArrayList<>(options());
        includes.forEach(folder -> arguments.add("-I" + folder));
        arguments.addAll(List.of("-o", to.toString(), input.toString()));
        Tool.Result result = tool.run(arguments);
        if (!result.ok()) {
            throw Compiler.failed(name, architecture, text(), result.output());
        }
    }
}
