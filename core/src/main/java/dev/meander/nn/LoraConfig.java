package dev.meander.nn;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which linear layers get a low-rank adapter (LoRA, arXiv 2106.09685), and of what size.
 *
 * <p>The defaults are those of flow_grpo for Stable Diffusion 3.5.
 */
@Doc("Low-rank adapters: which linear layers are trained through them, and of what size.")
public record LoraConfig(
    @Doc("The inner width of the adapters.") @Default("32") @Range(min = 1) int rank,
    @Doc("The adapters' output is scaled by alpha / rank.") @Default("64") @Positive double alpha,
    @Doc(
            "Layers to adapt: whole names, or their ends after a dot; * stands for anything but a dot.")
        @Default(
            "[attn.add_k_proj, attn.add_q_proj, attn.add_v_proj, attn.to_add_out, attn.to_k,"
                + " attn.to_out.0, attn.to_q, attn.to_v]")
        List<String> targets,
    @Doc("How the A matrices start (B starts at zero).") @Default("gaussian") LoraInit init) {

  public LoraConfig {
    targets = List.copyOf(targets);
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("targets must name at least one linear layer");
    }
  }

  /**
   * How many numbers an adapter for a model has.
   *
   * @param layers [out, in] of the model's linear layers by name
   */
  public long parameters(Map<String, long[]> layers) {
    return LoraPlan.of(layers.keySet(), this).shapes(layers).values().stream()
        .mapToLong(shape -> shape[0] * shape[1])
        .sum();
  }

  /** Whether one of the targets means the layer. */
  public boolean adapts(String layer) {
    return targets.stream().anyMatch(t -> matches(layer, t));
  }

  /** Whether a layer's name is meant by a target: as PEFT matches names, and with wildcards. */
  static boolean matches(String name, String target) {
    if (!isPattern(target)) {
      return name.equals(target) || name.endsWith("." + target);
    }
    String regex =
        Arrays.stream(target.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining("[^.]*", "(.*\\.)?", ""));
    return name.matches(regex);
  }

  /** Whether a target has wildcards. */
  static boolean isPattern(String target) {
    return target.contains("*");
  }
}
