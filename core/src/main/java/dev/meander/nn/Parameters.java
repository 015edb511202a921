package dev.meander.nn;

import dev.meander.config.UserError;
import dev.meander.random.Domain;
import dev.meander.random.RandomStream;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Natives;
import dev.meander.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The named parameters of one model, handed out to its modules while it is built.
 *
 * <p>Modules ask for what they need by name and shape. Made by {@link #random}, the answer is a new
 * tensor; made by {@link #from}, it is the one that was loaded, and {@link #finish} reports
 * everything that did not fit at once.
 */
public final class Parameters {
  static {
    Natives.prepare();
  }

  private static final int REPORTED = 20;

  /** A configuration may ask for any number of layers. */
  private static final int MOST_PROBLEMS = 20_000;

  private static final double MOST_ELEMENTS = 1e15;

  private final State state;
  private final String prefix;

  private Parameters(State state, String prefix) {
    this.state = state;
    this.prefix = prefix;
  }

  private static final class State {
    final Map<String, Tensor> given;
    final String source;
    final long seed;
    final ScalarType engineType; // null unless values do not matter
    final Map<String, Tensor> used = new LinkedHashMap<>();
    final Map<String, Linear> linears = new LinkedHashMap<>();
    final TreeSet<String> problems = new TreeSet<>();

    State(Map<String, Tensor> given, String source, long seed, ScalarType engineType) {
      this.given = given;
      this.source = source;
      this.seed = seed;
      this.engineType = engineType;
    }
  }

  /** Parameters that were loaded from {@code source}, a name for messages. */
  public static Parameters from(Map<String, Tensor> tensors, String source) {
    return new Parameters(new State(tensors, source, 0, null), "");
  }

  /** New parameters; the values of each depend on the seed and its name alone. */
  public static Parameters random(long seed) {
    return new Parameters(new State(null, "random", seed, null), "");
  }

  /** Parameters for measuring a network: memory of the given type with whatever it holds. */
  public static Parameters unset(ScalarType type) {
    return new Parameters(new State(null, "random", 0, type), "");
  }

  /** The same parameters under the longer prefix {@code this.name}. */
  public Parameters sub(String name) {
    return new Parameters(state, prefix + name + ".");
  }

  /** The parameter {@code name} under this prefix, of exactly the given shape. */
  public Tensor get(String name, Init init, long... shape) {
    String full = prefix + name;
    Tensor t = state.given == null ? make(full, init, shape) : loaded(full, shape);
    state.used.put(full, t);
    return t;
  }

  void register(Linear linear) {
    state.linears.put(linear.name(), linear);
  }

  String fullName(String name) {
    return prefix + name;
  }

  private Tensor loaded(String full, long[] shape) {
    Tensor t = state.given.get(full);
    if (t == null) {
      state.problems.add("missing tensor " + full + " " + Arrays.toString(shape));
    } else if (!Arrays.equals(Tensors.shape(t), shape)) {
      state.problems.add(
          "tensor %s has shape %s, expected %s"
              .formatted(full, Arrays.toString(Tensors.shape(t)), Arrays.toString(shape)));
    } else {
      return t;
    }
    double count = Arrays.stream(shape).mapToDouble(side -> side).reduce(1, (a, b) -> a * b);
    boolean possible = Arrays.stream(shape).allMatch(side -> side >= 0) && count < MOST_ELEMENTS;
    if (state.problems.size() > MOST_PROBLEMS || !possible) {
      throw unfit();
    }
    return placeholder(shape);
  }

  /** A tensor of that shape that takes no memory: a configuration may say any number. */
  private static Tensor placeholder(long[] shape) {
    return Tensors.of(new float[1]).expand(shape);
  }

  private Tensor unset(long[] shape) {
    TensorOptions options =
        Tensors.options(state.engineType).device(new DeviceOptional(Engine.device()));
    return torch.torch_empty(shape, options, new MemoryFormatOptional());
  }

  private Tensor make(String full, Init init, long[] shape) {
    if (state.engineType != null) {
      return unset(shape);
    }
    int n = Math.toIntExact(count(shape));
    float[] values = new float[n];
    RandomStream random = Domain.PARAMETER.stream(state.seed, full.hashCode(), full.length());
    if (init instanceof Init.Constant c) {
      Arrays.fill(values, (float) c.value());
    } else if (init instanceof Init.Values v) {
      values = v.values().get();
    } else if (init instanceof Init.Normal normal) {
      random.normals(values, 0, n);
      for (int i = 0; i < n; i++) {
        values[i] *= (float) normal.std();
      }
    } else if (init instanceof Init.Uniform u) {
      for (int i = 0; i < n; i++) {
        values[i] = (float) ((2 * random.uniformAt(i) - 1) * u.bound());
      }
    }
    return Tensors.of(values, shape);
  }

  private static long count(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /**
   * Ends the building.
   *
   * @return every parameter by its full name, in the order of construction
   * @throws UserError listing all missing, unexpected and wrongly shaped tensors
   */
  public Built finish() {
    if (state.given != null) {
      for (String name : state.given.keySet()) {
        if (!state.used.containsKey(name)) {
          state.problems.add(
              "unexpected tensor %s %s"
                  .formatted(name, Arrays.toString(Tensors.shape(state.given.get(name)))));
        }
      }
    }
    if (!state.problems.isEmpty()) {
      throw unfit();
    }
    return new Built(state.used, state.linears);
  }

  private UserError unfit() {
    int n = state.problems.size();
    StringBuilder text = new StringBuilder(state.source + " does not fit its config.json:");
    state.problems.stream().limit(REPORTED).forEach(p -> text.append("\n  ").append(p));
    if (n > REPORTED) {
      text.append("\n  and ").append(n - REPORTED).append(" more");
    }
    return new UserError(text.toString());
  }

  /**
   * What a finished model is made of.
   *
   * @param tensors every parameter and buffer by its full name
   * @param linears every linear layer by its full name: where adapters attach
   */
  public record Built(Map<String, Tensor> tensors, Map<String, Linear> linears) {}
}
