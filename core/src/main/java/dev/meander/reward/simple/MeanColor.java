package dev.meander.reward.simple;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.image.Image;
import dev.meander.reward.KnownPicture;
import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;
import java.util.List;

/**
 * Registers {@code mean_color}: how near the mean colour of an image is to a wanted one.
 *
 * <p>{@code 1 - |mean - target| / (255 sqrt(3))}, with the Euclidean distance of the RGB values: 1
 * for the target's colour, 0 for black when white is wanted.
 */
public final class MeanColor extends SettingsProvider<MeanColor.Config> {
  private static final double LARGEST = 255 * Math.sqrt(3);

  /** Its settings. */
  record Config(
      @Doc("The wanted mean of red, green and blue, 0 to 255 each.")
          @Default("[255, 0, 0]")
          @Range(min = 0, max = 255)
          List<Double> target) {
    Config {
      if (target.size() != 3) {
        throw new IllegalArgumentException(
            "target must be three numbers, [red, green, blue], found " + target.size());
      }
    }
  }

  public MeanColor() {
    super(
        "mean_color",
        "how near the image's mean colour is to a wanted one, 0 to 1 (key: target)",
        Config.class,
        MeanColor::reward);
  }

  @Override
  protected List<KnownPicture> knownPictures(Config settings) {
    int wanted = 0;
    int other = 0;
    for (double channel : settings.target()) {
      wanted = wanted << 8 | (int) Math.round(channel);
      other = other << 8 | (channel < 128 ? 255 : 0);
    }
    return List.of(
        new KnownPicture("the wanted colour", Plain.sample(wanted), 0.99, 1),
        new KnownPicture("a colour far from it", Plain.sample(other), 0, 0.51));
  }

  private static Reward reward(Config settings) {
    List<Double> target = settings.target();
    return samples -> {
      float[] scores = new float[samples.size()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = (float) Math.max(0, 1 - distance(samples.get(i).image(), target) / LARGEST);
      }
      return scores;
    };
  }

  private static double distance(Image image, List<Double> target) {
    long[] sums = new long[3];
    byte[] rgb = image.rgb();
    for (int i = 0; i < rgb.length; i++) {
      sums[i % 3] += rgb[i] & 0xff;
    }
    double square = 0;
    for (int c = 0; c < 3; c++) {
      double apart = sums[c] / (rgb.length / 3.0) - target.get(c);
      square += apart * apart;
    }
    return Math.sqrt(square);
  }
}
