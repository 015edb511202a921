package dev.meander.preference;

import dev.meander.reward.Reward;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * PickScore (arXiv 2305.01569): {@code exp(logit_scale) * cos(prompt, image)} by a CLIP model whose
 * difference for two images is the log-odds that people prefer the first.
 */
final class PickScore implements Reward {
  static final String NAME = "pickscore";

  private final PickScoreConfig config;
  private final ClipEncoder clip;
  private final double factor;

  PickScore(PickScoreConfig config) {
    this(config, ClipEncoder.transformers(config.model(), config.processor()));
  }

  private PickScore(PickScoreConfig config, ClipEncoder clip) {
    this.config = config;
    this.clip = clip;
    this.factor = clip.scale() / config.scale().divisor();
  }

  /** The same network with another scale or batch size; closing either closes it. */
  PickScore with(PickScoreConfig other) {
    return new PickScore(other, clip);
  }

  @Override
  public float[] score(List<Sample> samples) {
    return Batches.score(NAME, samples, config.batchSize(), this::scores);
  }

  private Tensor scores(List<Sample> samples) {
    return clip.cosines(samples).mul(new Scalar(factor));
  }

  @Override
  public void close() {
    clip.close();
  }
}
