/// FusedVAE: a kernel-level variational-autoencoder engine.
///
/// The Vector API is an incubator module, so it is optional here: run with `--add-modules jdk.incubator.vector`
/// to get the vectorised CPU path; without it the scalar path gives the same bits, slower, and says so once.
module dev.fusedvae {
    requires static jcublas;
    requires static jcuda;
    requires static jcurand;
    requires static jdk.incubator.vector;
    requires transitive com.fasterxml.jackson.databind;
    requires commons.math3;
    requires info.picocli;
    requires java.desktop;
    requires java.net.http;
    requires me.tongfei.progressbar;
    requires org.jfree.jfreechart;
    requires org.jfree.svg;

    exports dev.fusedvae;
    exports dev.fusedvae.backend;
    exports dev.fusedvae.data;
    exports dev.fusedvae.eval;
    exports dev.fusedvae.fuse;
    exports dev.fusedvae.io;
    exports dev.fusedvae.spec;
    exports dev.fusedvae.train;

    opens dev.fusedvae.cli to info.picocli;
}
