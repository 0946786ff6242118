package dev.fusedvae.graph;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What an op computes, in one line: the only place that says so. Plans, the cards of kernels and pages take it from here.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Formula {
    /// The formula, by the names that [Op] explains.
    String value();
}
