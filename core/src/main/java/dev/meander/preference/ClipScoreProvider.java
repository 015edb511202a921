package dev.meander.preference;

import dev.meander.config.Home;
import dev.meander.reward.SettingsProvider;
import java.nio.file.Path;
import java.util.List;

/** Registers {@link ClipScore} as {@code clip_score}. */
public final class ClipScoreProvider extends SettingsProvider<ClipScoreConfig> {
  public ClipScoreProvider() {
    super(
        ClipScore.NAME,
        "100 * cosine of prompt and image by a CLIP model (keys: model, processor, clamp, batch_size)",
        ClipScoreConfig.class,
        ClipScore::new);
  }

  @Override
  protected List<Path> files(ClipScoreConfig settings) {
    return List.of(
        Home.resolve(settings.model()),
        Home.resolve(settings.processor().orElse(settings.model())));
  }
}
