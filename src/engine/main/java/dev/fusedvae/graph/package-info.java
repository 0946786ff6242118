/// WHAT is computed: tensors, sealed primitive ops, and the training graph with its backward pass derived op by op.
package dev.fusedvae.graph;
