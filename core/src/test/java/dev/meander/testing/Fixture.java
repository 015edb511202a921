package dev.meander.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Tensors;
import dev.meander.weights.DType;
import dev.meander.weights.TensorStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A directory that {@code tools/parity} made: a component's files and {@code io.safetensors}. */
public record Fixture(Path directory) {
  /**
   * Angles of the time features reach 1000, where one float32 step is 6e-5: so far may cosines
   * differ.
   */
  private static final double TIME_TOLERANCE = 6e-5;

  public static Fixture of(String name) {
    return new Fixture(Path.of("src/test/resources/parity", name));
  }

  /** All tensors of a file of the fixture, float32. */
  public Map<String, Tensor> tensors(String file) {
    try (TensorStore store = TensorStore.open(directory.resolve(file))) {
      return new TreeMap<>(store.load(store.names(), DType.F32));
    }
  }

  public Map<String, Tensor> io() {
    return tensors("io.safetensors");
  }

  /** The component's config. */
  public <R extends Record> R config(Class<R> type) {
    Path file = directory.resolve("config.json");
    return Binder.bind(ConfigFile.read(file), type, file.toString());
  }

  /**
   * Asserts that a bfloat16 result is no farther from the float32 one than the reference's worst is
   * ({@code bf16.error}) and a third: rounding is chance, and in one fixture the reference's own
   * results lie 0.0086 to 0.0125 from the exact one. From the nearest of those no more than two
   * results of that error may be. The reference's came from passes of several sizes, both attention
   * kernels, and autocast.
   */
  public static void assertBfloat16(Tensor actual, Map<String, Tensor> io) {
    double error = 4 / 3.0 * Tensors.scalar(io.get("bf16.error"));
    double nearest =
        io.entrySet().stream()
            .filter(e -> e.getKey().startsWith("bf16.sample."))
            .mapToDouble(e -> difference(actual, e.getValue()))
            .min()
            .orElseThrow();
    assertThat(difference(actual, io.get("bf16.exact"))).as("error").isLessThanOrEqualTo(error);
    assertThat(nearest)
        .as("from the nearest; they differ by %s", Tensors.scalar(io.get("bf16.spread")))
        .isLessThanOrEqualTo(Math.sqrt(2) * error);
  }

  /** {@code |actual - expected| / |expected|} in the Euclidean norm. */
  private static double difference(Tensor actual, Tensor expected) {
    assertThat(Tensors.shape(actual)).isEqualTo(Tensors.shape(expected));
    Tensor difference = actual.to(ScalarType.Double).sub(expected.to(ScalarType.Double));
    return Tensors.scalar(difference.norm()) / Tensors.scalar(expected.norm());
  }

  /** Asserts that {@code |actual - expected| <= tolerance * |expected|} in the Euclidean norm. */
  public static void assertClose(String what, Tensor actual, Tensor expected, double tolerance) {
    assertThat(Tensors.shape(actual)).as(what).isEqualTo(Tensors.shape(expected));
    float[] a = Tensors.floats(actual);
    float[] e = Tensors.floats(expected);
    double norm = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      assertThat(a[i]).as(what).isFinite();
      norm += (double) e[i] * e[i];
      difference += ((double) a[i] - e[i]) * ((double) a[i] - e[i]);
    }
    assertThat(Math.sqrt(difference))
        .as(what + ": difference")
        .isLessThanOrEqualTo(tolerance * Math.sqrt(norm));
  }

  /**
   * Compares the gradient of every parameter with {@code grad.<name>} of {@code io}. A gradient
   * that is rounding noise (a bias that softmax cancels) must be noise here too.
   */
  public static void assertGradients(
      Map<String, Tensor> parameters, Map<String, Tensor> io, double tolerance) {
    Map<String, Tensor> expected = new TreeMap<>(io);
    expected.keySet().removeIf(k -> !k.startsWith("grad.") || k.startsWith("grad.input."));
    assertThat(parameters.keySet())
        .containsAll(expected.keySet().stream().map(k -> k.substring(5)).toList());
    double largest = expected.values().stream().mapToDouble(Fixture::largest).max().orElseThrow();
    expected.forEach(
        (name, gradient) -> {
          Tensor actual = Autograd.grad(parameters.get(name.substring(5)));
          if (largest(gradient) < 1e-5 * largest) {
            assertThat(actual == null ? 0 : largest(actual)).as(name).isLessThan(1e-5 * largest);
          } else {
            boolean timeFeatures = name.endsWith("timestep_embedder.linear_1.weight");
            assertClose(name, actual, gradient, timeFeatures ? TIME_TOLERANCE : tolerance);
          }
        });
  }

  private static double largest(Tensor t) {
    double largest = 0;
    for (float v : Tensors.floats(t)) {
      largest = Math.max(largest, Math.abs(v));
    }
    return largest;
  }
}
