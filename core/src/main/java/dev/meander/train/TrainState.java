package dev.meander.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.prompt.GroupSampler;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What, with weights, moments and averages, makes up a checkpoint. Noise and windows are functions
 * of the counters.
 *
 * @param rollouts the rollouts that are done
 * @param updates the optimizer updates that are done
 * @param position the position in the prompts
 * @param metricsBytes the length of the metrics file
 * @param seconds the seconds of training by all processes of the run
 * @param imagesSampled the images sampled in training
 * @param evaluations the number of latents through the network in training, as {@link Cost} counts
 *     them
 * @param shares the shares of the budget that were spent at the last evaluation
 * @param scores the scores of the evaluations so far, by the rollouts done before them
 * @param watch what the gold watch remembers
 * @param health what the run has seen of its own health
 */
record TrainState(
    long rollouts,
    long updates,
    GroupSampler.Position position,
    long metricsBytes,
    double seconds,
    long imagesSampled,
    long evaluations,
    int shares,
    Map<Long, Double> scores,
    GoldWatch.State watch,
    Health health) {
  private static final String SCORES = "scores";
  private static final String EVALUATIONS = "evaluations";
  private static final String SHARES = "shares";
  private static final String WATCH = "gold_watch";
  private static final String HEALTH = "health";

  TrainState {
    scores = Collections.unmodifiableMap(new TreeMap<>(scores));
  }

  /** The state before the first rollout. */
  static TrainState start(long seed) {
    return new TrainState(
        0,
        0,
        new GroupSampler.Position(seed, 0, 0),
        0,
        0,
        0,
        0,
        0,
        Map.of(),
        GoldWatch.State.START,
        Health.START);
  }

  /** What it has cost so far. */
  Cost cost() {
    return new Cost(evaluations, imagesSampled, seconds);
  }

  /** The state after one more rollout and its updates. */
  TrainState withRollout(GroupSampler.Position after, double took, long images, long evaluated) {
    return new TrainState(
        rollouts + 1,
        updates,
        after,
        metricsBytes,
        seconds + took,
        imagesSampled + images,
        evaluations + evaluated,
        shares,
        scores,
        watch,
        health);
  }

  TrainState withUpdates(long done) {
    return with(done, metricsBytes, shares, scores, watch, health);
  }

  TrainState withMetricsBytes(long bytes) {
    return with(updates, bytes, shares, scores, watch, health);
  }

  /**
   * The state with the score of an evaluation after {@code step} rollouts.
   *
   * @param spent the shares of the budget that were spent then
   */
  TrainState withScore(long step, double score, int spent) {
    Map<Long, Double> all = new TreeMap<>(scores);
    all.put(step, score);
    return with(updates, metricsBytes, spent, all, watch, health);
  }

  TrainState withWatch(GoldWatch.State seen) {
    return withPast(scores, seen);
  }

  /** The state with another memory of what the run has measured. */
  TrainState withPast(Map<Long, Double> measured, GoldWatch.State seen) {
    return with(updates, metricsBytes, shares, measured, seen, health);
  }

  TrainState withHealth(Health seen) {
    return with(updates, metricsBytes, shares, scores, watch, seen);
  }

  /** The state of the same rollouts. */
  private TrainState with(
      long done,
      long bytes,
      int spent,
      Map<Long, Double> measured,
      GoldWatch.State watched,
      Health seen) {
    return new TrainState(
        rollouts,
        done,
        position,
        bytes,
        seconds,
        imagesSampled,
        evaluations,
        spent,
        measured,
        watched,
        seen);
  }

  /** The score of the evaluation after {@code step} rollouts; NaN when there was none. */
  double score(long step) {
    return scores.getOrDefault(step, Double.NaN);
  }

  ObjectNode toJson() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("rollouts", rollouts).put("updates", updates).put("metrics_bytes", metricsBytes);
    node.put("seconds", seconds).put("images_sampled", imagesSampled);
    node.put(EVALUATIONS, evaluations).put(SHARES, shares);
    node.putObject("prompts")
        .put("seed", position.seed())
        .put("epoch", position.epoch())
        .put("cursor", position.cursor());
    ObjectNode measured = node.putObject(SCORES);
    scores.forEach((step, score) -> measured.put(Long.toString(step), score));
    node.set(WATCH, watch.toJson());
    node.set(HEALTH, health.toJson());
    return node;
  }

  /** The bytes in which one process tells the others. */
  byte[] toBytes() {
    return toJson().toString().getBytes(StandardCharsets.UTF_8);
  }

  /** What {@link #toBytes} gave. */
  static TrainState of(byte[] bytes) {
    return fromJson(ConfigFile.parse(new String(bytes, StandardCharsets.UTF_8), "a process"));
  }

  /** Whether a state was written before it held scores and the gold watch. */
  static boolean isWithoutPast(ObjectNode node) {
    return !node.has(SCORES) || !node.has(WATCH);
  }

  private static Long step(String key) {
    try {
      return Long.valueOf(key);
    } catch (NumberFormatException e) {
      throw new UserError("the state is damaged: it has a score of the step " + key, e);
    }
  }

  static TrainState fromJson(ObjectNode node) {
    Map<Long, Double> scores = new TreeMap<>();
    node.path(SCORES)
        .properties()
        .forEach(e -> scores.put(step(e.getKey()), e.getValue().asDouble()));
    return new TrainState(
        node.path("rollouts").asLong(),
        node.path("updates").asLong(),
        new GroupSampler.Position(
            node.path("prompts").path("seed").asLong(),
            node.path("prompts").path("epoch").asLong(),
            node.path("prompts").path("cursor").asInt()),
        node.path("metrics_bytes").asLong(),
        node.path("seconds").asDouble(),
        node.path("images_sampled").asLong(),
        node.path(EVALUATIONS).asLong(),
        node.path(SHARES).asInt(),
        scores,
        GoldWatch.State.fromJson(node.path(WATCH)),
        Health.fromJson(node.path(HEALTH)));
  }
}
