package dev.fusedvae.results;

/// How the user calls this program, for messages that give a command to type.
public final class Program {
    /// The system property by which the launcher says how it was called, such as `./fvae`.
    public static final String PROPERTY = "fvae.program";

    private Program() {}

    /// What to type before the name of a command: what the launcher says, else `fvae`.
    public static String name() {
        return System.getProperty(PROPERTY, "fvae");
    }
}
