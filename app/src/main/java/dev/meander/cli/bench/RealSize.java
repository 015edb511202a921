package dev.meander.cli.bench;

import dev.meander.config.UserError;
import dev.meander.model.TransformerConfig;
import dev.meander.model.flux.FluxConfig;
import dev.meander.model.sd3.Sd3Config;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Published models whose transformers are measured with random weights. */
public enum RealSize {
  /** Stable Diffusion 3.5 Medium's {@code transformer/config.json}. */
  SD35_MEDIUM(List.of(24), List.of(24), 333, n -> sd3(n.get(0), 13, 384, "rms_norm")),
  /** Stable Diffusion 3 Medium's. */
  SD3_MEDIUM(List.of(24), List.of(24), 333, n -> sd3(n.get(0), 0, 192, null)),
  /** FLUX.1-dev's in full width, with as many of its blocks as 24 GiB hold. */
  FLUX1_DEV(List.of(19, 38), List.of(6, 12), 512, n -> flux(n.get(0), n.get(1)));

  private final List<Integer> published;
  private final List<Integer> usual;
  private final int textTokens;
  private final Function<List<Integer>, TransformerConfig> config;

  /**
   * @param published blocks of each kind in the published model
   * @param usual blocks that are measured unless others are asked for
   * @param textTokens S of the model's pipeline; Stable Diffusion 3: CLIP's 77 and T5's 256
   * @param config the config of a transformer with such blocks
   */
  RealSize(
      List<Integer> published,
      List<Integer> usual,
      int textTokens,
      Function<List<Integer>, TransformerConfig> config) {
    this.published = published;
    this.usual = usual;
    this.textTokens = textTokens;
    this.config = config;
  }

  /**
   * The blocks to measure.
   *
   * @param asked how many of each kind; empty for the usual
   * @throws UserError when they are not as many numbers as the model has kinds of blocks, or not
   *     within what the model has
   */
  public List<Integer> blocks(List<Integer> asked) {
    List<Integer> blocks = asked.isEmpty() ? usual : asked;
    boolean fit = blocks.size() == published.size();
    for (int i = 0; fit && i < blocks.size(); i++) {
      fit = blocks.get(i) >= 1 && blocks.get(i) <= published.get(i);
    }
    if (!fit) {
      throw new UserError(
          "--blocks of %s must be %d number%s from 1 to %s, not %s"
              .formatted(
                  this,
                  published.size(),
                  published.size() == 1 ? "" : "s",
                  joined(published),
                  joined(blocks)));
    }
    return List.copyOf(blocks);
  }

  /** {@code 6,12}. */
  static String joined(List<Integer> blocks) {
    return String.join(",", blocks.stream().map(String::valueOf).toList());
  }

  /** The model's name, and the blocks where the model has more: {@code flux1-dev with ...}. */
  public String with(List<Integer> blocks) {
    return blocks.equals(published)
        ? toString()
        : "%s with %s of %s blocks".formatted(this, joined(blocks), joined(published));
  }

  /** Blocks of each kind in the published model. */
  public List<Integer> published() {
    return published;
  }

  int textTokens() {
    return textTokens;
  }

  TransformerConfig config(List<Integer> blocks) {
    return config.apply(blocks);
  }

  private static Sd3Config sd3(int blocks, int dual, int positions, String norm) {
    List<Integer> duals = IntStream.range(0, Math.min(dual, blocks)).boxed().toList();
    return new Sd3Config(128, 2, 16, 16, blocks, 64, 24, 4096, 1536, 2048, positions, duals, norm);
  }

  private static FluxConfig flux(int doubles, int singles) {
    return new FluxConfig(
        1, 64, null, doubles, singles, 128, 24, 4096, 768, true, List.of(16, 56, 56));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
