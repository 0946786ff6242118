/// An example of a program that embeds the engine.
module example {
    requires dev.fusedvae;
}
