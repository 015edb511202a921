package dev.meander.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.prompt.GroupSampler;

/**
 * The counters that, with weights, moments and averages, make up a checkpoint. Noise and windows
 * are functions of these.
 *
 * @param rollouts done
 * @param updates optimizer updates done
 * @param position the position in the prompts
 * @param metricsBytes length of the metrics file
 * @param seconds the seconds of training by all processes of the run
 * @param imagesSampled the images sampled in training
 */
record TrainState(
    long rollouts,
    long updates,
    GroupSampler.Position position,
    long metricsBytes,
    double seconds,
    long imagesSampled) {

  /** Before the first rollout. */
  static TrainState start(long seed) {
    return new TrainState(0, 0, new GroupSampler.Position(seed, 0, 0), 0, 0, 0);
  }

  ObjectNode toJson() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("rollouts", rollouts).put("updates", updates).put("metrics_bytes", metricsBytes);
    node.put("seconds", seconds).put("images_sampled", imagesSampled);
    node.putObject("prompts")
        .put("seed", position.seed())
        .put("epoch", position.epoch())
        .put("cursor", position.cursor());
    return node;
  }

  static TrainState fromJson(ObjectNode node) {
    return new TrainState(
        node.path("rollouts").asLong(),
        node.path("updates").asLong(),
        new GroupSampler.Position(
            node.path("prompts").path("seed").asLong(),
            node.path("prompts").path("epoch").asLong(),
            node.path("prompts").path("cursor").asInt()),
        node.path("metrics_bytes").asLong(),
        node.path("seconds").asDouble(),
        node.path("images_sampled").asLong());
  }
}
