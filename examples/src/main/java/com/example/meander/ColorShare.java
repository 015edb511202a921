package com.example.meander;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.image.Image;
import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;
import java.util.List;

/** Registers {@code color_share}: how much of an image's light has one color, 0 to 1. */
public final class ColorShare extends SettingsProvider<ColorShare.Config> {
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

  public ColorShare() {
    super(
        "color_share",
        "how much of the image's light has one color, 0 to 1 (keys: color, threshold)",
        Config.class,
        settings -> samples -> score(samples, settings));
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
