/// FusedVAE: a kernel-level variational-autoencoder engine.
///
/// The Vector API is an incubator module, so it is optional here: run with `--add-modules jdk.incubator.vector`
/// to get the vectorised CPU path; without it the scalar path gives the same bits, slower, and says so once.
@SuppressWarnings("module") // the artifacts that inner packages are opened to are not there when this one is compiled
module dev.fusedvae {
    requires com.fasterxml.jackson.core;
    requires static jdk.incubator.vector;

    exports dev.fusedvae;
    exports dev.fusedvae.backend;
    exports dev.fusedvae.data;
    exports dev.fusedvae.eval;
    exports dev.fusedvae.fuse;
    exports dev.fusedvae.io;
    exports dev.fusedvae.spec;
    exports dev.fusedvae.train;

    exports dev.fusedvae.backend.cpu to dev.fusedvae.tools;
    exports dev.fusedvae.backend.memory to dev.fusedvae.cuda;
    exports dev.fusedvae.backend.reference to dev.fusedvae.tools;
    exports dev.fusedvae.graph to dev.fusedvae.cuda, dev.fusedvae.tools;
    exports dev.fusedvae.plan to dev.fusedvae.cuda, dev.fusedvae.tools;
    exports dev.fusedvae.rng to dev.fusedvae.cuda, dev.fusedvae.tools;
    exports dev.fusedvae.tensors to dev.fusedvae.tools;
    exports dev.fusedvae.simd to dev.fusedvae.cuda, dev.fusedvae.tools;

    uses dev.fusedvae.backend.BackendProvider;
    uses dev.fusedvae.data.FolderFormat;
}
