package dev.meander.nn;

import static org.bytedeco.pytorch.global.torch.linear;

import dev.meander.config.UserError;
import dev.meander.random.Domain;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
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
  private static final int FEWER = 6; // measured at a width of 160 and rank 16

  private final LoraPlan plan;
  private final Map<String, Linear> adapted = new LinkedHashMap<>();
  private final Map<String, Tensor> parameters;
  private final List<LayerDelta> deltas = new ArrayList<>();
  private boolean enabled = true;
  private boolean merged;
  private double wider = 1;

  private LoraAdapter(LoraPlan plan, Map<String, Linear> linears, Map<String, Tensor> parameters) {
    this.plan = plan;
    Map<String, Tensor> placed = new LinkedHashMap<>();
    parameters.forEach((name, tensor) -> placed.put(name, Tensors.placed(tensor)));
    this.parameters = Collections.unmodifiableMap(placed);
    placed.values().forEach(LoraAdapter::own);
    plan.sizes()
        .forEach(
            (name, size) -> {
              Linear layer = linears.get(name);
              Tensor a = placed.get(name + LoraPlan.A);
              LayerDelta delta =
                  new LayerDelta(layer, a, placed.get(name + LoraPlan.B), size.scale());
              adapted.put(name, layer);
              layer.attach(delta);
              deltas.add(delta);
            });
  }

  /** The addition to one layer. */
  private final class LayerDelta implements Linear.Adapter {
    private final Linear layer;
    private final Tensor a;
    private final Tensor b;
    private final double scale;
    private Tensor merged;

    LayerDelta(Linear layer, Tensor a, Tensor b, double scale) {
      this.layer = layer;
      this.a = a;
      this.b = b;
      this.scale = scale;
    }

    @Override
    public Tensor delta(Tensor x) {
      return enabled ? LoraAdapter.delta(x, a, b, scale) : null;
    }

    @Override
    public Tensor whole(Tensor x) {
      if (!enabled || merged != null || !isSmall() || !isFloat(x) || !isFloat(layer.weight())) {
        return enabled ? merged : null;
      }
      return torch.addmm(layer.weight(), b, a, new Scalar(1), new Scalar(scale));
    }

    /**
     * Whether to multiply by the sum of weight and addition is faster, backward too: a gradient of
     * the whole weight costs as much as a pass, but products of few columns, and passes over what
     * they add, cost more than their share.
     */
    private boolean isSmall() {
      double in = wider * layer.in();
      double out = wider * layer.out();
      return in * out <= FEWER * a.size(0) * (in + out);
    }

    void merge() {
      unmerge();
      if (!isFloat(layer.weight())) {
        return; // rounded to fewer bits, the merged weight would be another policy
      }
      try (Scope scope = new Scope()) {
        merged = Autograd.noGrad(() -> layer.weight().add(b.matmul(a), new Scalar(scale)));
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

  private static boolean isFloat(Tensor tensor) {
    return tensor.scalar_type().intern() == ScalarType.Float;
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
   * @param seed the seed of the A matrices; each depends on the seed and its layer's name alone
   * @throws UserError listing every target that matches no layer
   */
  public static LoraAdapter attach(Map<String, Linear> linears, LoraConfig config, long seed) {
    List<String> unmatched = LoraPlan.unmatched(linears.keySet(), config);
    if (!unmatched.isEmpty()) {
      throw new UserError(
          "these LoRA targets match no linear layer: %s; layers are named as %s"
              .formatted(
                  String.join(", ", unmatched),
                  String.join(", ", linears.keySet().stream().limit(12).toList())));
    }
    LoraPlan plan = LoraPlan.of(linears.keySet(), config);
    Parameters fresh = Parameters.random(Domain.ADAPTER.key(seed));
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    try (Scope scope = new Scope()) {
      plan.shapes(LoraPlan.shapesOf(linears))
          .forEach(
              (name, shape) -> {
                boolean a = name.endsWith(LoraPlan.A);
                Init init = a ? config.init().forA(config.rank(), shape[1]) : Init.ZEROS;
                parameters.put(name, fresh.get(name, init, shape));
              });
      return new LoraAdapter(plan, linears, parameters);
    }
  }

  /**
   * Reads an adapter and attaches it.
   *
   * @param path what {@link SavedLora#read} reads
   * @throws UserError listing everything in which the files do not fit the model
   */
  public static LoraAdapter load(Map<String, Linear> linears, Path path) {
    SavedLora saved = SavedLora.read(path, LoraPlan.shapesOf(linears));
    return new LoraAdapter(saved.plan(), linears, saved.parameters());
  }

  /**
   * As {@link #load(Map, Path)}, where numbers are asked for.
   *
   * @param rank the rank of every layer, or empty for any
   * @param alpha the alpha of every layer, or empty for any
   * @param targets the adapted layers, or empty for any
   * @throws UserError as there, and when the adapter has other numbers
   */
  public static LoraAdapter load(
      Map<String, Linear> linears,
      Path path,
      Optional<Integer> rank,
      Optional<Double> alpha,
      Optional<List<String>> targets) {
    SavedLora saved = SavedLora.read(path, LoraPlan.shapesOf(linears));
    List<String> differences = saved.plan().differences(linears.keySet(), rank, alpha, targets);
    if (!differences.isEmpty()) {
      throw new UserError(
          "the adapter in %s has other numbers: %s. What is left out is taken from it"
              .formatted(path, String.join("; ", differences)));
    }
    return new LoraAdapter(saved.plan(), linears, saved.parameters());
  }

  /** The adapter as it is now, in the memory of Java: it needs no closing. */
  public Copy copy() {
    Map<String, Values> values = new LinkedHashMap<>();
    try (Scope scope = new Scope()) {
      parameters.forEach(
          (name, t) -> values.put(name, new Values(Tensors.shape(t), Tensors.floats(t.detach()))));
    }
    return new Copy(plan, values);
  }

  private record Values(long[] shape, float[] elements) {}

  /** What {@link #copy} made. */
  public static final class Copy {
    private final LoraPlan plan;
    private final Map<String, Values> values;

    private Copy(LoraPlan plan, Map<String, Values> values) {
      this.plan = plan;
      this.values = values;
    }

    /**
     * Attaches a new adapter with these values.
     *
     * @param linears the model's linear layers by name
     * @throws UserError when the model lacks one of the layers, or it has another size
     */
    public LoraAdapter attach(Map<String, Linear> linears) {
      List<String> wrong =
          plan.sizes().keySet().stream().filter(name -> !fits(linears.get(name), name)).toList();
      if (!wrong.isEmpty()) {
        throw new UserError(
            "the adapter belongs to another model: %d of its %d layers are missing or have another size: %s"
                .formatted(wrong.size(), plan.sizes().size(), LoraPlan.some(wrong)));
      }
      try (Scope scope = new Scope()) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        values.forEach((name, v) -> tensors.put(name, Tensors.of(v.elements(), v.shape())));
        return new LoraAdapter(plan, linears, tensors);
      }
    }

    private boolean fits(Linear layer, String name) {
      return layer != null
          && layer.in() == values.get(name + LoraPlan.A).shape()[1]
          && layer.out() == values.get(name + LoraPlan.B).shape()[0];
    }
  }

  /**
   * Writes the adapter in PEFT's layout, {@code adapter_config.json} and {@code
   * adapter_model.safetensors}, and beside it in diffusers', {@code
   * pytorch_lora_weights.safetensors}.
   *
   * @param dir the directory, which is made when missing
   * @param baseModel the name or path of the model that the adapter belongs to, for the reader; may
   *     be null
   * @throws UserError when the files cannot be written
   */
  public void save(Path dir, String baseModel) {
    LoraFiles.write(dir, baseModel, plan, parameters);
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
    deltas.forEach(LayerDelta::merge);
    merged = true;
  }

  /** Has it compute as one of layers so many times as wide does: for measuring what they need. */
  public void standForWider(double times) {
    wider = times;
  }

  /** Whether {@link #merge} was called last, and not {@link #unmerge}. */
  public boolean merged() {
    return merged;
  }

  /** Undoes {@link #merge}. */
  public void unmerge() {
    deltas.forEach(LayerDelta::unmerge);
    merged = false;
  }

  /** Whether the adapter takes part; at first it does. */
  public boolean enabled() {
    return enabled;
  }

  public LoraConfig config() {
    return plan.config();
  }

  /** Whether all layers have the rank and alpha of {@link #config}. */
  public boolean isUniform() {
    return plan.exceptions().isEmpty();
  }

  /** Detaches the adapter from its layers and frees its tensors. */
  @Override
  public void close() {
    unmerge();
    adapted.values().forEach(layer -> layer.attach(null));
    parameters.values().forEach(Tensor::close);
  }
}
