package dev.meander.model;

import dev.meander.nn.Parameters;
import java.util.List;
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

  /** What the blocks hold in memory, in the order that they are run in, alike ones together. */
  List<BlockMemory> blocks(BlockMemory.Use use);

  /**
   * The network.
   *
   * @param compute what it computes in
   * @throws dev.meander.config.UserError when the parameters do not fit
   */
  FlowTransformer build(Parameters parameters, ScalarType compute);
}
