package dev.meander.config;

import java.util.List;

/**
 * Adds choices to the settings of recipes, found by {@link java.util.ServiceLoader}: name the class
 * in {@code META-INF/services/dev.meander.config.VariantProvider} of a jar on the class path.
 *
 * <p>A variant is a record with a {@link Variant} name that implements an interface with {@link
 * Variants}: a credit rule, a sampler's dynamics, a window of steps, a step weight, an objective, a
 * penalty. The record's components are its settings, checked and documented as those of the
 * built-in variants are: see {@link Binder}.
 */
public interface VariantProvider {
  /** The records that recipes can name. */
  List<Class<? extends Record>> variants();
}
