/// FusedVAE: a kernel-level variational-autoencoder engine.
///
/// The Vector API is an incubator module, so it is optional here: run with `--add-modules jdk.incubator.vector`
/// to get the vectorised CPU path; without it the scalar path gives the same bits, slower, and says so once.
module dev.fusedvae {
    requires static jdk.incubator.vector;
    requires com.fasterxml.jackson.databind;
    requires java.desktop;
    requires java.net.http;
    requires jdk.management;

    exports dev.fusedvae.data;
    exports dev.fusedvae.spec;
}
