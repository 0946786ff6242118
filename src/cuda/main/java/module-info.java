/// The cuda backend of FusedVAE. The engine finds it by [java.util.ServiceLoader]. It needs the option
/// `--enable-native-access=dev.fusedvae.cuda,jcuda` (or ALL-UNNAMED on the class path).
@SuppressWarnings("module") // dev.fusedvae.tools is not there when this artifact is compiled
module dev.fusedvae.cuda {
    requires dev.fusedvae;
    requires jcublas;
    requires jcuda;
    requires jcurand;

    exports dev.fusedvae.backend.cuda to dev.fusedvae.tools;
    exports dev.fusedvae.backend.cuda.driver to dev.fusedvae.tools;
    exports dev.fusedvae.backend.cuda.kernels to dev.fusedvae.tools;

    provides dev.fusedvae.backend.BackendProvider with dev.fusedvae.backend.cuda.CudaProvider;
}
