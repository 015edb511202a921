package dev.meander.preference;

import dev.meander.config.Home;
import dev.meander.reward.Reward;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * HPSv2 and HPSv2.1 (arXiv 2306.09341): the plain cosine of prompt and image by a CLIP ViT-H/14
 * that was trained on people's choices, in open_clip's layout.
 *
 * <p>The image's longer edge is scaled to the tower's side and the rest is black, in floats, as the
 * released scorer does it.
 */
final class HpsV2 implements Reward {
  static final String NAME = "hpsv2";
  private static final String CONFIG = "open_clip_config.json";
  private static final String WEIGHTS = "open_clip_model.safetensors";

  private final HpsV2Config config;
  private final ClipEncoder clip;

  HpsV2(HpsV2Config config) {
    this.config = config;
    Path directory = Home.resolve(config.model());
    this.clip =
        ClipEncoder.load(
            directory,
            Files.exists(directory.resolve(WEIGHTS)) ? directory.resolve(WEIGHTS) : directory,
            Home.resolve(config.tokenizer().orElse(config.model())),
            () -> OpenClipConfig.read(directory.resolve(CONFIG)).toClip(),
            c ->
                new ImageProcessor(
                    new ImageProcessor.LongestEdge(),
                    c.vision().imageSize(),
                    ImageProcessor.TO_UNIT,
                    ImageProcessor.CLIP_MEAN,
                    ImageProcessor.CLIP_STD),
            c -> OpenClipNames::toClip);
  }

  @Override
  public float[] score(List<Sample> samples) {
    return Batches.score(NAME, samples, config.batchSize(), clip::cosines);
  }

  @Override
  public void close() {
    clip.close();
  }
}
