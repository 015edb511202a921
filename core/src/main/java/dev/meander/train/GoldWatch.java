package dev.meander.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.event.Event;
import java.util.ArrayList;
import java.util.Collections;
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
 * <p>It remembers nothing itself: what it has seen is a {@link State}, which checkpoints hold.
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

  GoldWatch(Config config) {
    this.config = config;
  }

  /**
   * What it has seen.
   *
   * @param histories the last rollouts by gold reward: trained reward and gold reward
   * @param diverging the gold rewards that have been reported and still diverge
   */
  record State(Map<String, List<Pair>> histories, Set<String> diverging) {
    /** The state before anything was seen. */
    static final State START = new State(Map.of(), Set.of());

    State {
      histories = Collections.unmodifiableMap(new LinkedHashMap<>(histories));
      diverging = Set.copyOf(diverging);
    }

    ObjectNode toJson() {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      histories.forEach(
          (name, history) -> {
            ObjectNode gold = node.putObject(name).put("diverges", diverging.contains(name));
            ArrayNode pairs = gold.putArray("history");
            history.forEach(h -> pairs.addArray().add(h.reward()).add(h.gold()));
          });
      return node;
    }

    static State fromJson(JsonNode node) {
      Map<String, List<Pair>> histories = new LinkedHashMap<>();
      Set<String> diverging = new HashSet<>();
      node.properties()
          .forEach(
              e -> {
                List<Pair> history = new ArrayList<>();
                for (JsonNode pair : e.getValue().path("history")) {
                  history.add(new Pair(pair.path(0).asDouble(), pair.path(1).asDouble()));
                }
                histories.put(e.getKey(), List.copyOf(history));
                if (e.getValue().path("diverges").asBoolean()) {
                  diverging.add(e.getKey());
                }
              });
      return new State(histories, diverging);
    }
  }

  /** Both means of one rollout. */
  record Pair(double reward, double gold) {}

  /**
   * What a rollout brought.
   *
   * @param state the state with the rollout
   * @param found the gold rewards that have begun to diverge
   */
  record Seen(State state, List<Event.RewardsDiverged> found) {}

  /** Takes in a rollout. */
  Seen add(State before, long step, double reward, Map<String, Double> gold) {
    Map<String, List<Pair>> histories = new LinkedHashMap<>(before.histories());
    Set<String> diverging = new HashSet<>(before.diverging());
    List<Event.RewardsDiverged> found = new ArrayList<>();
    gold.forEach(
        (name, mean) -> {
          List<Pair> history = new ArrayList<>(histories.getOrDefault(name, List.of()));
          history.add(new Pair(reward, mean));
          if (history.size() > config.window()) {
            history.remove(0);
          }
          histories.put(name, List.copyOf(history));
          if (config.window() == 0 || history.size() < config.window()) {
            return;
          }
          Trend trained = Trend.of(history.stream().mapToDouble(Pair::reward).toArray());
          Trend watched = Trend.of(history.stream().mapToDouble(Pair::gold).toArray());
          if (!trained.rises(config.threshold()) || !watched.falls(config.threshold())) {
            diverging.remove(name);
          } else if (diverging.add(name)) {
            found.add(
                new Event.RewardsDiverged(
                    step, name, config.window(), trained.change(), watched.change()));
          }
        });
    return new Seen(new State(histories, diverging), found);
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
      return slope > threshold * error;
    }

    boolean falls(double threshold) {
      return -slope > threshold * error;
    }
  }
}
