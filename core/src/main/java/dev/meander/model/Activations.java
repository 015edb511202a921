package dev.meander.model;

import dev.meander.event.Progress;
import dev.meander.nn.Attention;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Hardware;
import dev.meander.tensor.MemoryMeter;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The bytes of tensors that a pass of a transformer needs at most, for each row of its batch, found
 * before there is such a network.
 *
 * <p>They are measured on networks of as many blocks but two and three heads, in passes with few
 * tokens, and extrapolated reading by reading: each is linear in the heads, and in the tokens, of
 * which it is a polynomial of degree two where attention keeps the scores. What does not grow with
 * the tokens, such as weights and their gradients, drops out.
 *
 * @param config the transformer
 * @param lora its adapters; null when all weights are trained
 * @param type what it computes in
 * @param hardware what it is to run on; the measured passes run on the engine's device
 * @param imageTokens the number N of image tokens
 * @param textTokens the number S of text tokens
 * @param progress told of every pass
 */
public record Activations(
    TransformerConfig config,
    LoraConfig lora,
    ScalarType type,
    Hardware hardware,
    long imageTokens,
    long textTokens,
    Progress progress) {
  private static final int ROWS = 4;
  private static final int COLUMNS = 8;
  private static final int MOST_LENGTHS = 3;

  /** A single head needs fewer copies than its share. */
  private static final int FEWEST_HEADS = 2;

  /** How many passes a measurement takes. */
  public static int passes(Hardware hardware, ScalarType type) {
    return 2 * lengths(hardware, type);
  }

  /** Two points for a line, three for a parabola. */
  private static int lengths(Hardware hardware, ScalarType type) {
    boolean half = type.intern() != ScalarType.Float;
    return Attention.keepsScores(hardware == Hardware.CPU, half) ? MOST_LENGTHS : 2;
  }

  /** The bytes of a pass that samples: adapters are added to the weights, where they can be. */
  public long sampling() {
    return perRow(
        (network, input) -> {
          network.merge();
          return MemoryMeter.readings(
              hardware, () -> Autograd.noGrad(() -> input.velocity(network.model())));
        });
  }

  /**
   * Of a pass that trains.
   *
   * @param again whether blocks are computed again in the backward pass
   */
  public long training(boolean again) {
    return perRow(
        (network, input) -> {
          network.model().recompute(again);
          return MemoryMeter.readings(
              hardware, () -> input.velocity(network.model()).sum(), network.leaves());
        });
  }

  /** A network, and its adapter or null. */
  private record Network(FlowTransformer model, LoraAdapter adapter) implements AutoCloseable {
    /**
     * @param wider how many times as wide the network is that it stands for
     */
    static Network of(TransformerConfig config, LoraConfig lora, ScalarType type, double wider) {
      FlowTransformer model = config.build(Parameters.unset(type), type);
      if (lora == null) {
        model.tensors().values().forEach(t -> t.set_requires_grad(true));
        return new Network(model, null);
      }
      LoraAdapter adapter = LoraAdapter.attach(model.linears(), lora, 1);
      adapter.standForWider(wider);
      return new Network(model, adapter);
    }

    void merge() {
      if (adapter != null) {
        adapter.merge();
      }
    }

    List<Tensor> leaves() {
      return List.copyOf((adapter == null ? model.tensors() : adapter.parameters()).values());
    }

    @Override
    public void close() {
      if (adapter != null) {
        adapter.close();
      }
    }
  }

  private record Input(Tensor latent, Tensor sigma, Conditioning conditioning) {
    Tensor velocity(FlowTransformer model) {
      return model.velocity(latent, sigma, conditioning);
    }
  }

  private long perRow(BiFunction<Network, Input, List<Long>> pass) {
    int heads = config.numAttentionHeads();
    int fewest = Math.min(FEWEST_HEADS, heads);
    double[] byHeads = {fewest + 1 - heads, heads - fewest};
    Sum sum = new Sum();
    for (int i = 0; i < byHeads.length; i++) {
      TransformerConfig narrow = config.withHeads(fewest + i);
      try (Scope scope = new Scope();
          Network network = Network.of(narrow, lora, type, (double) heads / (fewest + i))) {
        Size size = Size.of(network.model(), (double) textTokens / imageTokens);
        double longer = (double) (imageTokens + textTokens) / size.tokens();
        double[] byLength = withoutConstant(longer, lengths(hardware, type));
        for (int j = 0; j < byLength.length; j++) {
          try (Scope each = new Scope()) {
            sum.add(byHeads[i] * byLength[j], pass.apply(network, size.times(j + 1, narrow)));
          }
          progress.advance(1);
        }
      }
    }
    return Math.round(sum.peak() / ROWS);
  }

  /** A small image and a text, in tokens; their relation is that of the large ones. */
  private record Size(int rows, int columns, int text) {
    static Size of(FlowTransformer model, double relation) {
      int most = model.largestSide().orElse(Integer.MAX_VALUE) / model.patchSize();
      int rows = most < 2 * MOST_LENGTHS ? 1 : 2;
      int columns = Math.min(COLUMNS, most);
      return new Size(rows, columns, (int) Math.max(1, Math.round(relation * rows * columns)));
    }

    int tokens() {
      return rows * columns + text;
    }

    /** So many times as high, with so many times as long a text. */
    Input times(long n, TransformerConfig config) {
      int side = config.tokenSide();
      return new Input(
          zeros(ROWS, config.latentChannels(), n * rows * side, (long) columns * side),
          zeros(ROWS),
          new Conditioning(
              zeros(ROWS, n * text, config.jointAttentionDim()),
              zeros(ROWS, config.pooledProjectionDim())));
    }
  }

  /** Weights of a polynomial's values at 1, 2 (and 3) that give its value at x less that at 0. */
  private static double[] withoutConstant(double x, int points) {
    return points == 2
        ? new double[] {-x, x}
        : new double[] {x * (x - 5) / 2, x * (4 - x), x * (x - 3) / 2};
  }

  /**
   * Of the decoder of an autoencoder.
   *
   * @return bytes for each cell of a latent
   */
  public static long decoding(VaeConfig config) {
    int side = 2;
    Sum sum = new Sum();
    try (Scope scope = new Scope()) {
      AutoencoderKl vae = new AutoencoderKl(config, Parameters.unset(ScalarType.Float));
      double[] line = withoutConstant(1.0 / (side * side), 2);
      for (int i = 0; i < line.length; i++) {
        Tensor latent = zeros(1, config.latentChannels(), (long) (i + 1) * side, side);
        sum.add(
            line[i],
            MemoryMeter.readings(Hardware.CPU, () -> Autograd.noGrad(() -> vae.decode(latent))));
      }
    }
    return Math.round(sum.peak());
  }

  private static Tensor zeros(long... shape) {
    return Tensors.placed(torch.zeros(shape));
  }

  /** Readings of like passes, weighted and added one by one. */
  private static final class Sum {
    private double[] readings;

    void add(double weight, List<Long> more) {
      if (readings == null) {
        readings = new double[more.size()];
      }
      for (int i = 0; i < readings.length; i++) {
        readings[i] += weight * more.get(i);
      }
    }

    double peak() {
      return Arrays.stream(readings).max().orElseThrow();
    }
  }
}
