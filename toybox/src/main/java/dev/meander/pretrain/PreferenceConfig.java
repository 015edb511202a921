package dev.meander.pretrain;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import dev.meander.preference.ClipVisionConfig;
import dev.meander.text.ClipConfig;
import dev.meander.toybox.SceneSampler;

/**
 * The pretraining of a preference model of the toy world.
 *
 * @param seed the seed of everything random
 * @param threads the threads of the engine; 0 means all processors
 * @param workers parts of a batch that are computed at once; 0 means one for every thread
 * @param tokens a prompt's length
 * @param text the text tower; vocabulary and ids are filled in
 * @param vision the vision tower
 * @param preferenceStage how both are trained, together
 * @param contrastiveWeight the contrastive weight of telling the batch's captions apart, beside the
 *     pairs
 * @param heldoutPairs pairs that the finished model is judged by
 */
@Doc(
    "The pretraining of a preference model of the toy world: a small CLIPModel that `pickscore` loads.")
public record PreferenceConfig(
    @Doc("Seed of everything random: pairs and initial weights.") long seed,
    @Doc(
            "Threads of the tensor engine; 0 means all processors. The same bits need the same number.")
        @Default("0")
        @Range(min = 0, max = 1024)
        int threads,
    @Doc(
            "Parts that each batch is split into and that are computed at once, sharing the threads; 0 means"
                + " one for every thread. Captions are told apart within a part.")
        @Default("0")
        @Range(min = 0, max = 1024)
        int workers,
    @Doc("Tokens of a prompt; longer ones are cut.") @Range(min = 3) int tokens,
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
          "vision.image_size must be %d, the side of the toy world's pictures, not %d"
              .formatted(SceneSampler.SIZE, vision.imageSize()));
    }
  }
}
