/// The command line of FusedVAE, and all that draws, fetches, compares and verifies.
module dev.fusedvae.tools {
    requires com.fasterxml.jackson.databind;
    requires commons.math3;
    requires dev.fusedvae;
    requires dev.fusedvae.cuda;
    requires info.picocli;
    requires java.desktop;
    requires java.net.http;
    requires static jdk.incubator.vector;
    requires me.tongfei.progressbar;
    requires org.jfree.jfreechart;
    requires org.jfree.svg;

    opens dev.fusedvae.cli to info.picocli;

    provides dev.fusedvae.data.FolderFormat with dev.fusedvae.png.PngFolderReader;
}
