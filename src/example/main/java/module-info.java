/// A service that embeds the engine.
module example {
    requires dev.fusedvae;
}
