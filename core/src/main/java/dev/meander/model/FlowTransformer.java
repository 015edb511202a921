package dev.meander.model;

import dev.meander.nn.Linear;
import java.util.Map;
import java.util.OptionalInt;

/** A transformer that predicts velocities, with what a pipeline needs to know of it. */
public interface FlowTransformer extends VelocityModel {
  /** Every linear layer by its name: where adapters attach. */
  Map<String, Linear> linears();

  /**
   * Whether recorded passes keep only the inputs of each block and compute it again in the backward
   * pass (see {@link dev.meander.tensor.Recompute}); at first they do not.
   */
  void recompute(boolean on);

  /** Channels of the latent. */
  int latentChannels();

  /** Latent cells a side of a token. */
  int patchSize();

  /** Latent cells a side of the model's own image size. */
  int nativeSide();

  /** Latent cells a side of the largest image; empty when there is no limit. */
  OptionalInt largestSide();
}
