package dev.meander.preference;

import dev.meander.reward.Reward;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * CLIPScore (arXiv 2104.08718) on torchmetrics' scale: {@code 100 * max(cos(prompt, image), 0)}.
 * (The paper's own factor is 2.5.)
 */
final class ClipScore implements Reward {
  static final String NAME = "clip_score";
  private static final double SCALE = 100;

  private final ClipScoreConfig config;
  private final ClipEncoder clip;

  ClipScore(ClipScoreConfig config) {
    this.config = config;
    this.clip = ClipEncoder.transformers(config.model(), config.processor());
  }

  @Override
  public float[] score(List<Sample> samples) {
    return Batches.score(NAME, samples, config.batchSize(), this::scores);
  }

  private Tensor scores(List<Sample> samples) {
    Tensor scores = clip.cosines(samples).mul(new Scalar(SCALE));
    return config.clamp() ? scores.clamp_min(new Scalar(0.0)) : scores;
  }

  @Override
  public void close() {
    clip.close();
  }
}
