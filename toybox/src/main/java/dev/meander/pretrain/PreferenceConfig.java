package dev.meander.pretrain;

import dev.meander.config.Doc;
import dev.meander.config.Flat;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import dev.meander.preference.ClipVisionConfig;
import dev.meander.text.ClipConfig;
import dev.meander.toybox.SceneSampler;

/** The pretraining of a preference model of the toy world. */
@Doc(
    "The pretraining of a preference model of the toy world: a small CLIPModel that `pickscore` loads.")
public record PreferenceConfig(
    @Doc("Seed, threads and the length of prompts.") @Flat Basics basics,
    @Doc("The text tower; vocabulary and ids are filled in.") ClipConfig text,
    @Doc("The vision tower.") ClipVisionConfig vision,
    @Doc("How both towers are trained, together; the batch size counts pairs.")
        StageConfig preferenceStage,
    @Doc("Weight of telling the captions of a batch apart, as CLIP does, beside the pairs.")
        @Range(min = 0)
        double contrastiveWeight,
    @Doc("Held-out pairs that the finished model is judged by.") @Positive int heldoutPairs)
    implements Pretraining {
  public PreferenceConfig {
    if (vision.imageSize() != SceneSampler.SIZE) {
      throw new IllegalArgumentException(
          "vision.image_size must be %d, the side of the toy world's images, not %d"
              .formatted(SceneSampler.SIZE, vision.imageSize()));
    }
  }
}
