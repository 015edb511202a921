package dev.meander.preference;

import dev.meander.config.Home;
import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;
import java.nio.file.Path;
import java.util.List;

/** Registers {@link PickScore} as {@code pickscore}. */
public final class PickScoreProvider extends SettingsProvider<PickScoreConfig> {
  public PickScoreProvider() {
    super(
        PickScore.NAME,
        "PickScore, or the toy world's own preference model (keys: model, processor, scale, batch_size)",
        PickScoreConfig.class,
        PickScore::new);
  }

  @Override
  protected List<Path> files(PickScoreConfig settings) {
    return List.of(
        Home.resolve(settings.model()),
        Home.resolve(settings.processor().orElse(settings.model())));
  }

  @Override
  protected List<String> changeable() {
    return List.of("scale", "batch_size");
  }

  @Override
  protected Reward sharing(Reward loaded, PickScoreConfig settings) {
    return ((PickScore) loaded).with(settings);
  }
}
