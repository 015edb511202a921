package dev.meander.reward.simple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.util.Optional;

/** Registers {@code jpeg_incompressibility}: the size of the image's JPEG file in kilobytes. */
public final class JpegIncompressibility implements RewardProvider {
  @Override
  public String name() {
    return "jpeg_incompressibility";
  }

  @Override
  public String description() {
    return "the size of the image as a JPEG file, in kilobytes (key: quality)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(Jpeg.Config.class);
  }

  @Override
  public Reward create(JsonNode config) {
    Jpeg.Config settings = Rewards.settings(name(), config, Jpeg.Config.class);
    return samples -> Jpeg.score(samples, settings.quality(), 1);
  }
}
