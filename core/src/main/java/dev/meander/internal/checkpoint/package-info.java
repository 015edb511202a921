/**
 * Resumable state: checkpoint directories that are whole or not there, and what a result came from.
 *
 * <p>A checkpoint {@code step-00000120} holds safetensors files, a {@code state.json}, and a {@code
 * SHA256SUMS} that {@code sha256sum -c} understands.
 */
package dev.meander.internal.checkpoint;
