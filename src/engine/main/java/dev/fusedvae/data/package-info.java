/// Reading data sets: files of several formats, a catalogue of well-known sets, and how raw values become network input.
package dev.fusedvae.data;
