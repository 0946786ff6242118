/// WHERE and WHEN: phases of calls without hazards among them, costs, and the step table.
package dev.fusedvae.plan;
