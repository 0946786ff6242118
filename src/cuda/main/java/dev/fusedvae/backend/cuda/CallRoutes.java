package dev.fusedvae.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// The library through which each group of native calls of the cuda backend goes.
public final class CallRoutes {
    private static final String JCUDA = "META-INF/maven/org.jcuda/jcuda/pom.properties";

    private CallRoutes() {}

    /// One line for users; it loads no native library.
    public static String describe() {
        return "the driver's through " + jcuda() + ", launches too unless the launcher is ffm; probe and NVRTC through Panama";
    }

    /// JCuda with the version on the class path.
    private static String jcuda() {
        try (InputStream file = CallRoutes.class.getClassLoader().getResourceAsStream(JCUDA)) {
            if (file == null) {
                return "JCuda";
            }
            Properties properties = new Properties();
            properties.load(file);
            return "JCuda " + properties.getProperty("version", "");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + JCUDA, e);
        }
    }
}
