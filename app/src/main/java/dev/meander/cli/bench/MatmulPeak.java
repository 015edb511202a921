package dev.meander.cli.bench;

import dev.meander.tensor.Engine;
import dev.meander.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How fast this process multiplies square matrices: what everything else is measured against. */
public final class MatmulPeak {
  private static final List<Integer> SIZES = List.of(256, 512, 1024, 2048);

  /** A GPU needs larger ones to be busy. */
  private static final List<Integer> DEVICE_SIZES = List.of(1024, 2048, 4096, 8192);

  /**
   * Seconds of one product after which larger ones are not tried: a type this slow gains nothing.
   */
  private static final double LONG = 0.25;

  private MatmulPeak() {}

  /** GFLOP/s by the matrices' side. */
  static Map<Integer, Double> measure(ScalarType type, Stopwatch watch) {
    Map<Integer, Double> rates = new LinkedHashMap<>();
    for (int n : Engine.onHost() ? SIZES : DEVICE_SIZES) {
      Tensor a = random(n, type);
      Tensor b = random(n, type);
      double seconds = watch.best(() -> torch.mm(a, b));
      rates.put(n, 2.0 * n * n * n / seconds / 1e9);
      a.close();
      b.close();
      if (seconds > LONG) {
        break;
      }
    }
    return rates;
  }

  private static Tensor random(int n, ScalarType type) {
    Tensor host = torch.randn(new long[] {n, n}, Tensors.options(ScalarType.Float));
    return Tensors.placed(host).to(type);
  }

  static double best(Map<Integer, Double> rates) {
    return rates.values().stream().mapToDouble(r -> r).max().orElseThrow();
  }
}
