package dev.meander.toybox;

import dev.meander.random.RandomStream;

/** One colour, each channel 0 to 255. */
public record Rgb(int red, int green, int blue) {
  public Rgb {
    if (((red | green | blue) & ~0xff) != 0) {
      throw new IllegalArgumentException(
          "channels are 0 to 255, not " + red + ", " + green + ", " + blue);
    }
  }

  /** This colour with each channel moved by up to {@code amount}, independently. */
  Rgb jitter(RandomStream random, int amount) {
    return new Rgb(
        move(red, random, amount), move(green, random, amount), move(blue, random, amount));
  }

  private static int move(int channel, RandomStream random, int amount) {
    return Math.max(0, Math.min(255, channel + random.nextInt(2 * amount + 1) - amount));
  }
}
