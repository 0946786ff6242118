/// FusedVAE: a kernel-level variational-autoencoder engine.
///
/// The Vector API is an incubator module, so it is optional here: run with `--add-modules jdk.incubator.vector`
/// to get the vectorised CPU path; without it the scalar path gives the same bits, slower, and says so once.
@SuppressWarnings("module") // the artifacts that inner packages are exported to are not there when this one is compiled
module dev.fusedvae {
    requires com.fasterxml.jackson.core;
    requires static jdk.incubator.vector;

    // what embedders use
    exports dev.fusedvae;
    exports dev.fusedvae.data;
    exports dev.fusedvae.io;
    exports dev.fusedvae.run;
    exports dev.fusedvae.spec;

    // the engine's inside, for the artifacts of this project
    exports dev.fusedvae.backend to dev.fusedvae.cuda, dev.fusedvae.tools;
    exports dev.fusedvae.backend.cpu to dev.fusedvae.tools;
    exports dev.fusedvae.backend.memory to dev.fusedvae.cuda;
    exports dev.fusedvae.backend.reference to dev.fusedvae.tools;
    exports dev.fusedvae.eval to dev.fusedvae.tools;
    exports dev.fusedvae.fuse to dev.fusedvae.cuda, dev.fusedvae.tools;
    exports dev.fusedvae.graph to dev.fusedvae.cuda, dev.fusedvae.tools;
    exports dev.fusedvae.plan to dev.fusedvae.cuda, dev.fusedvae.tools;
    exports dev.fusedvae.rng to dev.fusedvae.cuda, dev.fusedvae.tools;
    exports dev.fusedvae.simd to dev.fusedvae.cuda, dev.fusedvae.tools;
    exports dev.fusedvae.tensors to dev.fusedvae.tools;
    exports dev.fusedvae.train to dev.fusedvae.tools;

    uses dev.fusedvae.backend.BackendProvider;
    uses dev.fusedvae.data.FolderFormat;
}
