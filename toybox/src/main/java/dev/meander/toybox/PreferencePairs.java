package dev.meander.toybox;

import dev.meander.image.Image;
import dev.meander.random.Domain;
import dev.meander.random.RandomStream;

/**
 * An endless set of pairs of images for one caption, of which the first is better: pair {@code i}
 * is a pure function of (seed, side of the split, i).
 *
 * <p>The worse image either shows something that the caption does not say, or shows the same scene
 * with more wear. A part of all images is a little worn on both sides, so that what is shown also
 * counts in images that are not as clean as drawn ones.
 */
public final class PreferencePairs {
  private static final double OF_MEANING = 0.6;
  private static final Mixture MIXTURE = Mixture.compositional();

  private final long seed;
  private final boolean heldOut;

  /**
   * @param heldOut whether the captions of split kinds are those that training never sees ({@link
   *     HoldOut}), or those that it does
   */
  public PreferencePairs(long seed, boolean heldOut) {
    this.seed = seed;
    this.heldOut = heldOut;
  }

  /**
   * One pair.
   *
   * @param caption what both images are judged by
   * @param better the better image
   * @param worse the worse one
   * @param flaw what is wrong with it
   */
  public record Pair(String caption, Image better, Image worse, Flaw flaw) {}

  /** The pair with this index; any thread, any order. */
  public Pair pair(long index) {
    RandomStream random = Domain.SCENE.stream(seed, index);
    Description description = Toybox.description(MIXTURE.draw(random), heldOut, random);
    Scene scene = SceneSampler.draw(description, random);
    boolean meaning = random.nextDouble() < OF_MEANING;
    Flaw flaw = random.pick(meaning ? Flaw.ofMeaning(description) : Flaw.OF_QUALITY);
    double blur = random.nextInt(2) == 0 ? 0 : random.between(0.3, 0.9);
    double noise = random.nextInt(2) == 0 ? 0 : random.between(1, 8);
    Image better = worn(Painter.paint(scene), blur, noise, random);
    Scene other =
        meaning
            ? SceneSampler.draw(HardNegative.of(description, flaw, random), random)
            : flaw == Flaw.GROUND ? onOtherGround(scene, random) : scene;
    Image worse = spoilt(Painter.paint(other), flaw, random);
    return new Pair(Captions.text(description), better, worn(worse, blur, noise, random), flaw);
  }

  private static Image worn(Image image, double blur, double noise, RandomStream random) {
    Image blurred = blur == 0 ? image : Corruptions.blur(image, blur);
    return noise == 0 ? blurred : Corruptions.noise(blurred, noise, random);
  }

  private static Image spoilt(Image image, Flaw flaw, RandomStream random) {
    return switch (flaw) {
      case BLUR -> Corruptions.blur(image, random.between(0.9, 2.4));
      case NOISE -> Corruptions.noise(image, random.between(12, 50), random);
      case WARP -> Corruptions.warp(image, random.between(1, 3), random.between(10, 26), random);
      default -> image;
    };
  }

  /** Each channel somewhere between dark and light, at least one of them far from the usual. */
  private static Scene onOtherGround(Scene scene, RandomStream random) {
    Rgb ground = scene.ground();
    int far = 30 + random.nextInt(120);
    int[] channels = {ground.red(), ground.green(), ground.blue()};
    boolean gray = random.nextInt(2) == 0;
    int only = random.nextInt(3);
    for (int c = 0; c < 3; c++) {
      channels[c] -= gray || c == only ? far : random.nextInt(far);
    }
    return new Scene(
        scene.size(),
        new Rgb(channels[0], channels[1], channels[2]),
        scene.figures(),
        scene.sign());
  }
}
