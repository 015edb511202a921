package dev.meander.preference;

import dev.meander.config.Home;
import dev.meander.reward.SettingsProvider;
import java.nio.file.Path;
import java.util.List;

/** Registers {@link HpsV2} as {@code hpsv2}. */
public final class HpsV2Provider extends SettingsProvider<HpsV2Config> {
  public HpsV2Provider() {
    super(
        HpsV2.NAME,
        "HPSv2 or HPSv2.1, an open_clip model (keys: model, tokenizer, batch_size)",
        HpsV2Config.class,
        HpsV2::new);
  }

  @Override
  protected List<Path> files(HpsV2Config settings) {
    return List.of(
        Home.resolve(settings.model()),
        Home.resolve(settings.tokenizer().orElse(settings.model())));
  }
}
