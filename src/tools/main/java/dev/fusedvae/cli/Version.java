package dev.fusedvae.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version that the build wrote into its resources.
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"fvae " + text() + " (Java " + Runtime.version().feature() + ")"};
    }

    static String text() {
        try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "of unknown version");
        } catch (IOException e) {
            return "of unknown version";
        }
    }
}
