/**
 * From gradients to new weights: AdamW, gradient clipping, learning-rate schedules and the moving
 * average of the weights.
 *
 * <p>Everything that a resumed run needs is readable and settable as named tensors.
 *
 * <p>Internal.
 */
package dev.meander.optim;
