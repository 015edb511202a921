/** FLUX.1: its transformer, its prompts and its directory; found by {@code FluxReader}. */
package dev.meander.model.flux;
