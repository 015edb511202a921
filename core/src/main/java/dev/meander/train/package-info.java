/**
 * The training loop: the only package that sees every stage, from prompts to checkpoints and
 * events.
 */
package dev.meander.train;
