package dev.meander.preference;

import dev.meander.config.Home;
import dev.meander.reward.Reward;
import java.nio.file.Path;
import java.util.List;

/**
 * LAION's aesthetic predictor (improved-aesthetic-predictor): a head on the image's normalised CLIP
 * embedding, about 1 to 10. The prompt does not matter.
 */
final class Aesthetic implements Reward {
  static final String NAME = "aesthetic";

  private final AestheticConfig config;
  private final ClipEncoder clip;
  private final LoadedTensors tensors;
  private final LinearHead head;

  Aesthetic(AestheticConfig config) {
    this.config = config;
    Path file = Home.resolve(config.head());
    this.tensors = LoadedTensors.load(file);
    this.clip = ClipEncoder.transformers(config.model(), config.processor());
    this.head = new LinearHead(tensors.map(), clip.size(), file.toString());
  }

  @Override
  public float[] score(List<Sample> samples) {
    return Batches.score(
        NAME,
        samples,
        config.batchSize(),
        batch -> head.forward(clip.images(batch.stream().map(Sample::image).toList())));
  }

  @Override
  public void close() {
    clip.close();
    tensors.close();
  }
}
