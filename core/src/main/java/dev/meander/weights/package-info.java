/**
 * Parameters on disk: the safetensors format, checkpoints split over several files, and the check
 * that a model's expected tensors are all there.
 *
 * <p>{@link dev.meander.weights.SafetensorsFile} and {@link dev.meander.weights.SafetensorsWriter}
 * are plain Java; only {@link dev.meander.weights.TensorStore} and {@link
 * dev.meander.weights.EngineTensors} touch the tensor engine.
 *
 * <p>Internal.
 */
package dev.meander.weights;
