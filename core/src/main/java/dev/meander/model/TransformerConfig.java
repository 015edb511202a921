package dev.meander.model;

import dev.meander.nn.Parameters;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The hyperparameters of a {@link FlowTransformer}: what is known of it, and of the memory that it
 * will need, before there is one.
 */
public interface TransformerConfig {
  /** Features of a token inside the network, D. */
  int width();

  /** Heads of attention. */
  int numAttentionHeads();

  /** Features of a text token that comes in. */
  int jointAttentionDim();

  /** Features of the pooled text; 0 where the network takes none. */
  default int pooledProjectionDim() {
    return 0;
  }

  /** Channels of the latent. */
  int latentChannels();

  /** Latent cells a side of a token. */
  int tokenSide();

  /**
   * The same network with another number of heads of the same size, and a width that follows: small
   * ones tell how much memory the passes of a large one need.
   */
  TransformerConfig withHeads(int heads);

  /**
   * The network.
   *
   * @param compute what it computes in
   * @throws dev.meander.config.UserError when the parameters do not fit
   */
  FlowTransformer build(Parameters parameters, ScalarType compute);
}
