/// What a model is and how it is trained: records, validated once, that nothing below ever questions again.
package dev.fusedvae.spec;
