package dev.meander.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import java.util.List;

/** A reward that any model can raise: the mean brightness of the image, 0 to 1. */
public final class BrightnessProvider implements RewardProvider {
  @Override
  public String name() {
    return "brightness";
  }

  @Override
  public String description() {
    return "mean brightness";
  }

  @Override
  public Reward create(JsonNode config) {
    return BrightnessProvider::score;
  }

  private static float[] score(List<Reward.Sample> samples) {
    float[] scores = new float[samples.size()];
    for (int i = 0; i < scores.length; i++) {
      long sum = 0;
      byte[] rgb = samples.get(i).image().rgb();
      for (byte b : rgb) {
        sum += b & 0xff;
      }
      scores[i] = sum / (255f * rgb.length);
    }
    return scores;
  }
}
