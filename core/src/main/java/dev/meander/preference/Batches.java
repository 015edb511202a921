package dev.meander.preference;

import dev.meander.reward.Reward.Sample;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * Scores images in batches. The batches are split among the engine's workers; nothing is recorded
 * for gradients, and everything that a batch allocates is freed with it.
 */
final class Batches {
  private Batches() {}

  /**
   * One score for each sample, in order.
   *
   * @param reward its name, for messages
   * @param size images in one pass of the network
   * @param scorer gives a batch's scores: [B]
   * @throws IllegalStateException when a score is not finite
   */
  static float[] score(
      String reward, List<Sample> samples, int size, Function<List<Sample>, Tensor> scorer) {
    float[] scores = new float[samples.size()];
    if (samples.isEmpty()) {
      return scores;
    }
    Engine.workers()
        .run(
            samples.size(),
            part -> {
              for (int at = 0; at < part.size(); at += size) {
                int from = part.from() + at;
                int to = Math.min(from + size, part.from() + part.size());
                try (Scope scope = new Scope()) {
                  Tensor batch = Autograd.noGrad(() -> scorer.apply(samples.subList(from, to)));
                  System.arraycopy(Tensors.floats(batch), 0, scores, from, to - from);
                }
              }
              return List.of();
            });
    for (int i = 0; i < scores.length; i++) {
      if (!Float.isFinite(scores[i])) {
        throw new IllegalStateException(
            "reward %s: the score of an image for \"%s\" is %s"
                .formatted(reward, samples.get(i).prompt().text(), scores[i]));
      }
    }
    return scores;
  }
}
