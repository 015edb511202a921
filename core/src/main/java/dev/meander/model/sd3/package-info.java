/**
 * Stable Diffusion 3: its transformer, its prompts and its directory; found by {@code Sd3Reader}.
 *
 * <p>Internal.
 */
package dev.meander.model.sd3;
