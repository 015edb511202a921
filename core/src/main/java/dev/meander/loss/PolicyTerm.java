package dev.meander.loss;

import org.bytedeco.pytorch.Tensor;

/**
 * The policy's part of the loss, before the mean over the batch.
 *
 * @param loss {@code [B]}, differentiable
 * @param logProb the new log-density, {@code [B]}, detached
 * @param ratio new over old density, {@code [B]}, detached
 * @param clipped 1 where the ratio lies outside of the clip range, else 0, {@code [B]}
 */
public record PolicyTerm(Tensor loss, Tensor logProb, Tensor ratio, Tensor clipped) {}
