/**
 * FLUX.1: its transformer, its prompts and its directory; found by {@code FluxReader}.
 *
 * <p>Internal.
 */
package dev.meander.model.flux;
