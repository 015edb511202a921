package dev.meander.nn;

import static org.bytedeco.pytorch.global.torch.linear;

import dev.meander.config.UserError;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Trainable low-rank additions to the linear layers of a frozen model: {@code y = W x + b + (alpha
 * / r) * B A x} (LoRA, arXiv 2106.09685).
 *
 * <p>A is [r, in] and B is [out, r], both float32 leaves that require gradients; they are converted
 * to the dtype of the layer's input on the way. They outlive the scopes that they are made in;
 * {@link #close} detaches the adapter and frees them.
 */
public final class LoraAdapter implements AutoCloseable {
  static final String A = ".lora_A.weight";
  static final String B = ".lora_B.weight";

  private final LoraConfig config;
  private final Map<String, Linear> adapted;
  private final Map<String, Tensor> parameters;
  private final List<Low> lows = new ArrayList<>();
  private boolean enabled = true;

  private LoraAdapter(
      LoraConfig config, Map<String, Linear> adapted, Map<String, Tensor> parameters) {
    this.config = config;
    this.adapted = adapted;
    this.parameters = Collections.unmodifiableMap(parameters);
    parameters.values().forEach(LoraAdapter::own);
    adapted.forEach(
        (name, layer) -> {
          Low low = new Low(layer, parameters.get(nameOfA(name)), parameters.get(nameOfB(name)));
          layer.attach(low);
          lows.add(low);
        });
  }

  /** The addition to one layer. */
  private final class Low implements Linear.Adapter {
    private final Linear layer;
    private final Tensor a;
    private final Tensor b;
    private Tensor merged;

    Low(Linear layer, Tensor a, Tensor b) {
      this.layer = layer;
      this.a = a;
      this.b = b;
    }

    @Override
    public Tensor delta(Tensor x) {
      return enabled ? LoraAdapter.delta(x, a, b, config.scale()) : null;
    }

    @Override
    public Tensor merged() {
      return enabled ? merged : null;
    }

    void merge() {
      unmerge();
      if (layer.weight().scalar_type().intern() != ScalarType.Float) {
        return; // rounded to fewer bits, the merged weight would be another policy
      }
      try (Scope scope = new Scope()) {
        merged = Autograd.noGrad(() -> layer.weight().add(b.matmul(a), new Scalar(config.scale())));
        merged.retainReference();
      }
    }

    void unmerge() {
      if (merged != null) {
        merged.close();
        merged = null;
      }
    }
  }

  private static void own(Tensor tensor) {
    tensor.retainReference();
    tensor.set_requires_grad(true);
  }

  private static Tensor delta(Tensor x, Tensor a, Tensor b, double scale) {
    Tensor inner = linear(x, Linear.like(a, x)).mul(new Scalar(scale)); // [..., r]
    return linear(inner, Linear.like(b, x)); // [..., out]
  }

  /**
   * Gives the targeted layers a new adapter, which changes nothing until it is trained. An adapter
   * that a layer had before is replaced.
   *
   * @param linears the model's linear layers by name
   * @param seed of the A matrices; each depends on the seed and its layer's name alone
   * @throws UserError listing every target that matches no layer
   */
  public static LoraAdapter attach(Map<String, Linear> linears, LoraConfig config, long seed) {
    List<String> unmatched = unmatched(linears, config);
    if (!unmatched.isEmpty()) {
      throw new UserError(
          "no linear layer of the model is meant by these LoRA targets: %s; layers are named as %s"
              .formatted(
                  String.join(", ", unmatched),
                  String.join(", ", linears.keySet().stream().limit(12).toList())));
    }
    Map<String, Linear> adapted = adapted(linears, config);
    Parameters fresh = Parameters.random(seed);
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    shapes(adapted, config.rank())
        .forEach(
            (name, shape) -> {
              boolean a = name.endsWith(A);
              Init init = a ? config.init().forA(config.rank(), shape[1]) : Init.ZEROS;
              parameters.put(name, fresh.get(name, init, shape));
            });
    return new LoraAdapter(config, adapted, parameters);
  }

  /**
   * Reads an adapter as PEFT saves it ({@code adapter_config.json}), or as diffusers does ({@code
   * pytorch_lora_weights.safetensors}), and attaches it.
   *
   * @throws UserError listing everything in which the files do not fit the model
   */
  public static LoraAdapter load(Map<String, Linear> linears, Path dir) {
    LoraFiles.Saved saved = LoraFiles.read(dir, linears);
    return new LoraAdapter(saved.config(), adapted(linears, saved.config()), saved.parameters());
  }

  /**
   * Writes the adapter in PEFT's layout, {@code adapter_config.json} and {@code
   * adapter_model.safetensors}.
   *
   * @param dir made when missing
   * @param baseModel name or path of the model that the adapter belongs to, for the reader; may be
   *     null
   * @throws UserError when the files cannot be written
   */
  public void save(Path dir, String baseModel) {
    LoraFiles.write(dir, baseModel, config, parameters);
  }

  /**
   * The trained tensors by the names {@code <layer>.lora_A.weight} and {@code
   * <layer>.lora_B.weight}.
   */
  public Map<String, Tensor> parameters() {
    return parameters;
  }

  /** Switches the adapter on or off; off, the model is the one it was: the reference policy. */
  public void enabled(boolean on) {
    enabled = on;
  }

  /**
   * Adds the adapter, as it is now, to copies of float32 weights: passes are faster and must not be
   * recorded. Later changes of the adapter are not seen before the next {@code merge}.
   */
  public void merge() {
    lows.forEach(Low::merge);
  }

  /** Undoes {@link #merge}. */
  public void unmerge() {
    lows.forEach(Low::unmerge);
  }

  /** Whether the adapter takes part; at first it does. */
  public boolean enabled() {
    return enabled;
  }

  public LoraConfig config() {
    return config;
  }

  /** Detaches the adapter from its layers and frees its tensors. */
  @Override
  public void close() {
    unmerge();
    adapted.values().forEach(layer -> layer.attach(null));
    parameters.values().forEach(Tensor::close);
  }

  static String nameOfA(String layer) {
    return layer + A;
  }

  static String nameOfB(String layer) {
    return layer + B;
  }

  /** Targets that match no layer. */
  static List<String> unmatched(Map<String, Linear> linears, LoraConfig config) {
    return config.targets().stream()
        .filter(t -> linears.keySet().stream().noneMatch(name -> LoraConfig.matches(name, t)))
        .toList();
  }

  /** The layers that some target matches. */
  static Map<String, Linear> adapted(Map<String, Linear> linears, LoraConfig config) {
    Map<String, Linear> adapted = new LinkedHashMap<>(linears);
    adapted
        .keySet()
        .removeIf(name -> config.targets().stream().noneMatch(t -> LoraConfig.matches(name, t)));
    return adapted;
  }

  /** The shape of every tensor of an adapter for {@code adapted}, sorted by name. */
  static Map<String, long[]> shapes(Map<String, Linear> adapted, int rank) {
    Map<String, long[]> shapes = new TreeMap<>();
    adapted.forEach(
        (name, layer) -> {
          shapes.put(nameOfA(name), new long[] {rank, layer.in()});
          shapes.put(nameOfB(name), new long[] {layer.out(), rank});
        });
    return shapes;
  }
}
