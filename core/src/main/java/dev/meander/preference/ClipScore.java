package dev.meander.preference;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Flat;
import dev.meander.config.Positive;
import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * {@code clip_score}: CLIPScore (arXiv 2104.08718) on torchmetrics' scale, {@code 100 *
 * max(cos(prompt, image), 0)}. (The paper's own factor is 2.5.)
 */
public final class ClipScore extends SettingsProvider<ClipScore.Settings> {
  private static final String NAME = "clip_score";
  private static final double SCALE = 100;

  record Settings(
      @Doc("The model.") @Flat ClipFiles files,
      @Doc("Whether a negative score counts as 0.") @Default("true") boolean clamp,
      @Doc("Images in one pass of the network.") @Default("32") @Positive int batchSize) {}

  public ClipScore() {
    super(
        NAME,
        "100 * cosine of prompt and image by a CLIP model (keys: model, processor, clamp, batch_size)",
        Settings.class,
        ClipScore::reward);
  }

  private static Reward reward(Settings settings) {
    return new ClipReward(
        NAME,
        settings.files().load(),
        settings.batchSize(),
        cosines -> scores(cosines, settings.clamp()));
  }

  private static Tensor scores(Tensor cosines, boolean clamp) {
    Tensor scores = cosines.mul(new Scalar(SCALE));
    return clamp ? scores.clamp_min(new Scalar(0.0)) : scores;
  }

  @Override
  protected List<Path> files(Settings settings) {
    return settings.files().files();
  }
}
