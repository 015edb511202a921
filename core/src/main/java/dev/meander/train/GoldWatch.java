package dev.meander.train;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.event.Event;
import dev.meander.event.Stamped;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Notices when the trained reward rises while a gold reward falls: reward hacking.
 *
 * <p>Over the last {@code window} rollouts a line is fitted to each of the two by least squares. A
 * slope counts as rising or falling when it lies more than {@code threshold} of its standard errors
 * from 0. A gold reward that diverges is reported once, and again only after it had stopped to.
 *
 * <p>What it knows is a function of the metrics so far: a resumed run {@link #replay}s them.
 */
public final class GoldWatch {
  /** Settings of the watch. */
  public record Config(
      @Doc("Rollouts over which the trained and a gold reward are compared; 0 never warns.")
          @Default("20")
          @Range(min = 0, max = 100000)
          int window,
      @Doc("How many standard errors a slope must lie from 0 to count as rising or falling.")
          @Default("2.0")
          @Range(min = 0, max = 100)
          double threshold) {
    public Config {
      if (window > 0 && window < 4) {
        throw new IllegalArgumentException(
            "window must be 0, or 4 rollouts and more: fewer make no trend, found " + window);
      }
    }
  }

  private final Config config;
  private final Map<String, ArrayDeque<double[]>> histories = new LinkedHashMap<>();
  private final Set<String> diverging = new HashSet<>();

  GoldWatch(Config config) {
    this.config = config;
  }

  /** Takes in a rollout and says which gold rewards have begun to diverge. */
  List<Event.RewardsDiverged> add(long step, double reward, Map<String, Double> gold) {
    List<Event.RewardsDiverged> found = new ArrayList<>();
    gold.forEach(
        (name, mean) -> {
          ArrayDeque<double[]> history =
              histories.computeIfAbsent(name, key -> new ArrayDeque<>(config.window() + 1));
          history.add(new double[] {reward, mean});
          if (history.size() > config.window()) {
            history.remove();
          }
          if (config.window() == 0 || history.size() < config.window()) {
            return;
          }
          Trend trained = Trend.of(history.stream().mapToDouble(h -> h[0]).toArray());
          Trend watched = Trend.of(history.stream().mapToDouble(h -> h[1]).toArray());
          if (!trained.rises(config.threshold()) || !watched.falls(config.threshold())) {
            diverging.remove(name);
          } else if (diverging.add(name)) {
            found.add(
                new Event.RewardsDiverged(
                    step, name, config.window(), trained.change(), watched.change()));
          }
        });
    return found;
  }

  /** Takes in the metrics of the rollouts that other processes of the run have done. */
  void replay(List<Stamped> metrics) {
    Map<Long, Double> rewards = new LinkedHashMap<>();
    for (Stamped stamped : metrics) {
      if (stamped.event() instanceof Event.RolloutFinished rollout) {
        rewards.put(rollout.step(), rollout.rewardMean());
      } else if (stamped.event() instanceof Event.ImagesMeasured measured) {
        add(measured.step(), rewards.getOrDefault(measured.step(), Double.NaN), measured.gold());
      }
    }
  }

  /**
   * A line through equally spaced values.
   *
   * @param slope a step
   * @param error the slope's standard error
   * @param change the change from the line's first value to its last
   */
  record Trend(double slope, double error, double change) {
    static Trend of(double[] values) {
      int n = values.length;
      double middle = (n - 1) / 2.0;
      double mean = 0;
      for (double value : values) {
        mean += value / n;
      }
      double spread = 0;
      double covariance = 0;
      for (int i = 0; i < n; i++) {
        spread += (i - middle) * (i - middle);
        covariance += (i - middle) * (values[i] - mean);
      }
      double slope = covariance / spread;
      double rest = 0;
      for (int i = 0; i < n; i++) {
        double off = values[i] - mean - slope * (i - middle);
        rest += off * off;
      }
      return new Trend(slope, Math.sqrt(rest / (n - 2) / spread), slope * (n - 1));
    }

    boolean rises(double threshold) {
      return slope > 0 && slope > threshold * error;
    }

    boolean falls(double threshold) {
      return slope < 0 && -slope > threshold * error;
    }
  }
}
