package com.example.meander;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.image.Image;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.util.List;
import java.util.Optional;

/** Registers {@code color_share}: how much of a picture's light has one color, 0 to 1. */
public final class ColorShare implements RewardProvider {
  /** The primary colors, in the order of an image's bytes. */
  enum Primary {
    RED,
    GREEN,
    BLUE
  }

  /** Its settings. */
  record Config(
      @Doc("The color that is rewarded.") Primary color,
      @Doc("Darker values of a channel, 0 to 255, count as 0.")
          @Default("0")
          @Range(min = 0, max = 255)
          int threshold) {}

  @Override
  public String name() {
    return "color_share";
  }

  @Override
  public String description() {
    return "how much of the picture's light has one color, 0 to 1 (keys: color, threshold)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(Config.class);
  }

  @Override
  public Reward create(JsonNode config) {
    Config settings = Rewards.settings(name(), config, Config.class);
    return samples -> score(samples, settings);
  }

  private static float[] score(List<Reward.Sample> samples, Config settings) {
    float[] scores = new float[samples.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = share(samples.get(i).image(), settings);
    }
    return scores;
  }

  static float share(Image image, Config settings) {
    long[] light = new long[3];
    byte[] rgb = image.rgb();
    for (int i = 0; i < rgb.length; i++) {
      int value = rgb[i] & 0xff;
      light[i % 3] += value < settings.threshold() ? 0 : value;
    }
    long all = light[0] + light[1] + light[2];
    return all == 0 ? 0 : (float) light[settings.color().ordinal()] / all;
  }
}
