/**
 * Makes the small shipped model from nothing: autoencoder, text encoders and flow transformer,
 * trained on images of the toy world and written as a model directory.
 *
 * <p>Internal.
 */
package dev.meander.pretrain;
