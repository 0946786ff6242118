/// What every package of the tools needs for its results and messages: JSON as trees, and the name of the program.
package dev.fusedvae.results;
