/**
 * Networks that predict velocities, the autoencoder between images and latents, and the pipeline
 * that loads a whole model.
 *
 * <p>Letters in shapes: {@code B} samples, {@code C} channels of a latent, {@code H, W} height and
 * width of an image or of what a module is given, {@code h, w} those of a latent or its grid of
 * patches, {@code p} the side of a patch, {@code D} features of a token inside the network, {@code
 * S} text tokens, {@code P} features of the pooled prompt.
 */
package dev.meander.model;
