package dev.meander.model;

import dev.meander.nn.LoraConfig;
import java.util.Map;

/**
 * What alike blocks of a transformer hold in memory. All counts are of tensors with one number for
 * each of the D features of each token, in the type that the network computes in.
 *
 * @param number the number of such blocks
 * @param made by one block in a forward pass without adapters; all of it lies there until the block
 *     is done
 * @param added to that by adapters
 * @param saved by one block for the backward pass
 */
public record BlockMemory(int number, double made, double added, double saved) {
  /**
   * Made by a block in which two streams attend to each other, as those of the image tell: twice a
   * norm, its modulation and a sum make 6; queries, keys and values, their norms and their joining
   * 8, attention 1, its projection 2 with the copy of a stream's part; the feed-forward 9.
   */
  public static final int MADE_BY_JOINT = 26;

  /** Made by one block with its adapters. */
  public double madeWithAdapters() {
    return made + added;
  }

  /**
   * What a network is used for.
   *
   * @param lora adapters that are trained; null when all weights are
   * @param bytes the bytes of a number: 4 for float32, 2 for bfloat16
   * @param imageShare share of the image's tokens in all tokens
   */
  public record Use(LoraConfig lora, int bytes, double imageShare) {
    private static final int FLOAT = 4;

    /** Whether all weights are trained, those of norms and modulations included. */
    public boolean all() {
      return lora == null;
    }

    /** Whether any of the layers is trained, itself or by an adapter. */
    public boolean trains(String block, String... layers) {
      for (String layer : layers) {
        if (all() || lora.adapts(block + layer)) {
          return true;
        }
      }
      return false;
    }

    /** {@code count} if any of the layers is trained, else none. */
    public int ifTrained(int count, String block, String... layers) {
      return trains(block, layers) ? count : 0;
    }

    /**
     * An adapted layer has its output, the addition and the sum apart.
     *
     * @param widths the widths of the outputs, in D, by the layers' names in the block
     */
    public double added(String block, Map<String, Integer> widths) {
      return all()
          ? 0
          : widths.entrySet().stream()
              .filter(e -> trains(block, e.getKey()))
              .mapToDouble(e -> 2.0 * e.getValue())
              .sum();
    }

    /** A tensor in float32 whatever the network computes in. */
    public double float32() {
      return (double) FLOAT / bytes;
    }

    /** Whether float32 is what the network computes in. */
    public boolean isFloat32() {
      return bytes == FLOAT;
    }

    /** Saved by attention: queries, keys, values and the result; before norms the first two too. */
    public double attention(boolean normed) {
      return 4 + (normed ? 2 * float32() : 0); // norms compute in float32
    }

    /**
     * Saved by a block in which two streams attend to each other and are then fed forward each by
     * itself, as those of the image tell.
     *
     * @param block the block's name and a dot
     */
    public double joint(String block, boolean normed) {
      double saved = 2; // inputs of both layer normalisations
      saved += attention(normed);
      saved += ifTrained(1, block, "attn.to_q", "attn.to_k", "attn.to_v"); // their input
      saved += ifTrained(1, block, "attn.to_out.0");
      saved += 4; // the input of GELU
      saved += ifTrained(1, block, "ff.net.0.proj");
      saved += ifTrained(4, block, "ff.net.2");
      return saved + (all() ? 4 : 0); // what modulations and gates multiply
    }

    /** Added by adapters in such a block. */
    public double addedToJoint(String block) {
      return added(
          block,
          Map.of(
              "attn.to_q", 1,
              "attn.to_k", 1,
              "attn.to_v", 1,
              "attn.to_out.0", 1,
              "ff.net.0.proj", 4,
              "ff.net.2", 1));
    }
  }
}
