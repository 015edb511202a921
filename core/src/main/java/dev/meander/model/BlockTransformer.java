package dev.meander.model;

import dev.meander.nn.Linear;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Recompute;
import dev.meander.tensor.Scope;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What transformers of all families have in common: settings, parameters, and how their blocks are
 * run.
 *
 * <p>Activations are in the dtype given at construction whatever the parameters are kept in; noise
 * levels, guidance scales and the velocity that comes out are float32.
 *
 * @param <C> their settings
 */
public abstract class BlockTransformer<C extends TransformerConfig> implements FlowTransformer {
  protected final C config;
  protected final ScalarType compute;
  private Parameters.Built built;
  private boolean recompute;

  /**
   * @param compute what activations are in
   */
  protected BlockTransformer(C config, ScalarType compute) {
    this.config = config;
    this.compute = compute;
  }

  /** Ends the building, when all modules are there. */
  protected final void finish(Parameters p) {
    built = p.finish();
  }

  /**
   * Runs a block and frees what only it needed: without gradients that is nearly everything.
   *
   * @param block a function of its inputs and its parameters alone
   */
  protected final List<Tensor> run(Function<List<Tensor>, List<Tensor>> block, Tensor... in) {
    try (Scope scope = new Scope()) {
      List<Tensor> inputs = List.of(in);
      List<Tensor> out = recompute ? Recompute.segment(inputs, block) : block.apply(inputs);
      out.forEach(scope::keep);
      return out;
    }
  }

  /** The settings that it was made with. */
  public final C config() {
    return config;
  }

  @Override
  public final Map<String, Tensor> tensors() {
    return built.tensors();
  }

  @Override
  public final Map<String, Linear> linears() {
    return built.linears();
  }

  @Override
  public final void recompute(boolean on) {
    recompute = on;
  }

  @Override
  public final int latentChannels() {
    return config.latentChannels();
  }

  @Override
  public final int patchSize() {
    return config.tokenSide();
  }
}
