/// How to run, and what comes of it: the backend, the options of a training, what a training tells, its figures.
package dev.fusedvae.run;
