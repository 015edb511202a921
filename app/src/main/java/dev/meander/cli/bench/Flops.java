package dev.meander.cli.bench;

import dev.meander.model.Sd3Config;
import dev.meander.nn.Linear;
import java.util.Map;

/**
 * Floating-point operations of one pass of the transformer for one sample: two for every
 * multiply-add of its linear layers and attention, nothing else.
 *
 * @param config of the transformer
 * @param linears its linear layers
 * @param imageTokens N
 * @param textTokens S
 */
record Flops(Sd3Config config, Map<String, Linear> linears, long imageTokens, long textTokens) {
  /** Of a forward pass without adapters. */
  double forward() {
    double patches = 2.0 * imageTokens * config.width() * patch() * config.inChannels();
    double total = patches;
    for (Map.Entry<String, Linear> entry : linears.entrySet()) {
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
      Linear layer = linears.get(name);
      adapters += 2.0 * rows(name) * rank * (layer.in() + layer.out());
    }
    // The gradients of attention are twice its forward pass.
    return 2 * forward() + attention() + 3 * adapters;
  }

  private double attention() {
    double joint = imageTokens + textTokens;
    double dual = config.dualAttentionLayers().size() * (double) imageTokens * imageTokens;
    return 4.0 * config.width() * (config.numLayers() * joint * joint + dual);
  }

  private long patch() {
    return (long) config.patchSize() * config.patchSize();
  }

  /** How many vectors of one sample go through a layer. */
  private long rows(String name) {
    boolean once = name.contains("norm") || name.startsWith("time_text_embed");
    boolean text =
        name.contains(".add_")
            || name.contains("to_add_out")
            || name.contains("ff_context")
            || name.equals("context_embedder");
    return once ? 1 : text ? textTokens : imageTokens;
  }
}
