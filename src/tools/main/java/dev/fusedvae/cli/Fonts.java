package dev.fusedvae.cli;

import java.awt.GraphicsEnvironment;
import java.util.Locale;

/// Whether Java can draw text here: slim containers have no fonts, and then charts cannot be made.
final class Fonts {
    static final String MISSING = "no fonts that Java can use, so charts cannot be drawn;"
            + " install fontconfig and a font, such as with `apt install fontconfig fonts-dejavu-core`";

    private Fonts() {}

    /// Font families found, 0 where the font system itself is missing.
    static int families() {
        try {
            return GraphicsEnvironment.getLocalGraphicsEnvironment().getAvailableFontFamilyNames(Locale.ROOT).length;
        } catch (InternalError | LinkageError e) {
            return 0;
        }
    }
}
