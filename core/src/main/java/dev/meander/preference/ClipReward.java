package dev.meander.preference;

import dev.meander.reward.Reward;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * What is made of the cosine of prompt and image by a CLIP model.
 *
 * @param name the reward's name, for messages
 * @param clip the model, which is closed with the reward
 * @param batchSize images in one pass
 * @param score what makes scores of cosines, [B] each
 */
record ClipReward(String name, ClipEncoder clip, int batchSize, UnaryOperator<Tensor> score)
    implements Reward {
  @Override
  public float[] score(List<Sample> samples) {
    return Batches.score(name, samples, batchSize, batch -> score.apply(clip.cosines(batch)));
  }

  @Override
  public void close() {
    clip.close();
  }
}
