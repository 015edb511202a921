package dev.meander.cli.bench;

import dev.meander.config.UserError;
import dev.meander.model.FlowTransformer;
import dev.meander.model.flux.FluxTransformer;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.model.sd3.Sd3Transformer;
import dev.meander.nn.Linear;
import dev.meander.nn.LoraAdapter;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Floating-point operations of one pass of the transformer for one sample: two for every
 * multiply-add of its linear layers and attention, nothing else.
 *
 * @param model the transformer
 * @param imageTokens the number N of image tokens
 * @param textTokens the number S of text tokens
 */
record Flops(FlowTransformer model, long imageTokens, long textTokens) {
  Flops {
    if (!(model instanceof Sd3Transformer || model instanceof FluxTransformer)) {
      throw new UserError(
          "bench counts the operations of Stable Diffusion 3's and FLUX's transformers, not of "
              + model.getClass().getSimpleName());
    }
  }

  /** The operations of a forward pass without adapters. */
  double forward() {
    double total = patches();
    for (Map.Entry<String, Linear> entry : model.linears().entrySet()) {
      Linear layer = entry.getValue();
      total += 2.0 * rows(entry.getKey()) * layer.in() * layer.out();
    }
    return total + attention();
  }

  /**
   * Of a forward and a backward pass that trains adapters of {@code rank}: the frozen layers pass
   * gradients on to their inputs only.
   *
   * @param adapted the layers with adapters
   */
  double adapterTraining(Iterable<String> adapted, int rank) {
    double adapters = 0;
    for (String name : adapted) {
      Linear layer = model.linears().get(name);
      adapters += 2.0 * rows(name) * rank * (layer.in() + layer.out());
    }
    // The gradients of attention are twice its forward pass.
    return 2 * forward() + attention() + 3 * adapters;
  }

  /** {@link #adapterTraining(Iterable, int)} of the layers that have those adapters. */
  double adapterTraining(LoraAdapter adapter, int rank) {
    Set<String> adapted = new TreeSet<>();
    adapter.parameters().keySet().forEach(n -> adapted.add(n.substring(0, n.indexOf(".lora_"))));
    return adapterTraining(adapted, rank);
  }

  /** Where patches become tokens by a convolution and not by a linear layer. */
  private double patches() {
    if (!(model instanceof Sd3Transformer sd3)) {
      return 0;
    }
    long cells = (long) model.patchSize() * model.patchSize();
    return 2.0 * imageTokens * sd3.config().width() * cells * model.latentChannels();
  }

  private double attention() {
    double joint = imageTokens + textTokens;
    if (model instanceof FluxTransformer flux) {
      int blocks = flux.config().numLayers() + flux.config().numSingleLayers();
      return 4.0 * flux.config().width() * blocks * joint * joint;
    }
    Sd3Config config = ((Sd3Transformer) model).config();
    double dual = config.dualAttentionLayers().size() * (double) imageTokens * imageTokens;
    return 4.0 * config.width() * (config.numLayers() * joint * joint + dual);
  }

  /** How many vectors of one sample go through a layer. */
  private long rows(String name) {
    boolean once = name.contains("norm") || name.startsWith("time_text_embed");
    boolean text =
        name.contains(".add_")
            || name.contains("to_add_out")
            || name.contains("ff_context")
            || name.equals("context_embedder");
    if (once) {
      return 1;
    }
    return name.startsWith("single_transformer_blocks")
        ? imageTokens + textTokens
        : text ? textTokens : imageTokens;
  }
}
