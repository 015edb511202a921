package dev.meander.preference;

import dev.meander.config.Home;
import dev.meander.reward.SettingsProvider;
import java.nio.file.Path;
import java.util.List;

/** Registers {@link Aesthetic} as {@code aesthetic}. */
public final class AestheticProvider extends SettingsProvider<AestheticConfig> {
  public AestheticProvider() {
    super(
        Aesthetic.NAME,
        "LAION's aesthetic predictor on CLIP ViT-L/14 (keys: model, processor, head, batch_size)",
        AestheticConfig.class,
        Aesthetic::new);
  }

  @Override
  protected List<Path> files(AestheticConfig settings) {
    return List.of(
        Home.resolve(settings.model()),
        Home.resolve(settings.processor().orElse(settings.model())),
        Home.resolve(settings.head()));
  }
}
