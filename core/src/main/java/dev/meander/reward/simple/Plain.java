package dev.meander.reward.simple;

import dev.meander.image.Canvas;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;

/** Pictures of one colour. */
final class Plain {
  private static final int SIDE = 64;

  private Plain() {}

  static Reward.Sample sample(int colour) {
    return new Reward.Sample(
        Prompt.of("check", "a plain picture"), new Canvas(SIDE, SIDE, colour).toImage());
  }
}
