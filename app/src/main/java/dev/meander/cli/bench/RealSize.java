package dev.meander.cli.bench;

import dev.meander.cli.published.PublishedModel;
import dev.meander.config.UserError;
import dev.meander.model.TransformerConfig;
import java.util.List;
import java.util.Locale;

/** Published models whose transformers are measured with random weights. */
public enum RealSize {
  SD35_MEDIUM(PublishedModel.SD35_MEDIUM, List.of(24)),
  SD3_MEDIUM(PublishedModel.SD3_MEDIUM, List.of(24)),
  /** In full width, with as many of its blocks as 24 GiB hold. */
  FLUX1_DEV(PublishedModel.FLUX1_DEV, List.of(6, 12));

  private final PublishedModel model;
  private final List<Integer> published;
  private final List<Integer> usual;

  /**
   * @param usual the blocks that are measured unless others are asked for
   */
  RealSize(PublishedModel model, List<Integer> usual) {
    this.model = model;
    this.published = model.blocks();
    this.usual = usual;
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
    return model.textTokens();
  }

  TransformerConfig config(List<Integer> blocks) {
    return model.transformer(blocks);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
