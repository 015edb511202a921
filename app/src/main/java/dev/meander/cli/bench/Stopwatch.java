package dev.meander.cli.bench;

import dev.meander.advantage.Statistics;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import java.util.Arrays;

/**
 * Times repeated work.
 *
 * @param seconds how long to repeat it, at least
 */
record Stopwatch(double seconds) {
  private static final int FEWEST = 3;
  private static final int MOST = 1000;

  /** The median duration of one call, in seconds, after one call that does not count. */
  double median(Runnable work) {
    return Statistics.median(times(work));
  }

  /** The shortest duration of one call, in seconds. */
  double best(Runnable work) {
    return Arrays.stream(times(work)).min().orElseThrow();
  }

  private double[] times(Runnable work) {
    once(work);
    double[] times = new double[MOST];
    double total = 0;
    int n = 0;
    while (n < MOST && (n < FEWEST || total < seconds)) {
      times[n] = once(work);
      total += times[n++];
    }
    return Arrays.copyOf(times, n);
  }

  private static double once(Runnable work) {
    long start = System.nanoTime();
    try (Scope scope = new Scope()) {
      work.run();
    }
    Engine.synchronize();
    return (System.nanoTime() - start) / 1e9;
  }
}
