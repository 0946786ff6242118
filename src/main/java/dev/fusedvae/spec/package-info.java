/// What is trained: records and enums, validated once.
package dev.fusedvae.spec;
