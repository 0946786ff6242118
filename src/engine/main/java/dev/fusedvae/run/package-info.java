/// How to run (backend, options of a training) and what comes out: progress, figures, the history of a training.
package dev.fusedvae.run;
