package dev.meander.toybox;

import dev.meander.random.Domain;
import dev.meander.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * An endless training set: example {@code i} is a pure function of (seed, mixture, i).
 *
 * <p>Held-out combinations ({@link HoldOut}) never appear.
 */
public final class Toybox {
  private final long seed;
  private final Mixture mixture;

  public Toybox(long seed, Mixture mixture) {
    this.seed = seed;
    this.mixture = mixture;
  }

  /** The example with this index; any thread, any order. */
  public Example example(long index) {
    RandomStream random = Domain.SCENE.stream(seed, index);
    Description description = description(random);
    Scene scene = SceneSampler.draw(description, random);
    return new Example(index, description, scene, Painter.paint(scene));
  }

  /** The caption of the example with this index, without painting it. */
  public String caption(long index) {
    return Captions.text(description(Domain.SCENE.stream(seed, index)));
  }

  private Description description(RandomStream random) {
    return description(mixture.draw(random), false, random);
  }

  /** The examples {@code from} to {@code from + count - 1}. */
  public List<Example> examples(long from, int count) {
    List<Example> examples = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      examples.add(example(from + i));
    }
    return examples;
  }

  /**
   * A description of this kind from one side of the split; kinds that are not split have one side.
   */
  static Description description(Kind kind, boolean heldOut, RandomStream random) {
    return isSplit(kind)
        ? split(heldOut, () -> DescriptionSampler.draw(kind, random))
        : DescriptionSampler.draw(kind, random);
  }

  /** A sign of four letters out of six. */
  static Description easySign(boolean heldOut, RandomStream random) {
    return split(heldOut, () -> Description.sign(Words.drawEasy(random)));
  }

  private static Description split(boolean heldOut, Supplier<Description> draw) {
    Description description;
    do {
      description = draw.get();
    } while (HoldOut.contains(description) != heldOut);
    return description;
  }

  private static boolean isSplit(Kind kind) {
    return switch (kind) {
      case SINGLE_OBJECT, COUNTING, COLORS, COLOR_COUNTING -> false;
      case TWO_OBJECT, POSITION, COLOR_ATTR, COLOR_POSITION, TEXT -> true;
    };
  }

  /** Every word that captions use, apart from what signs say, A to Z; sorted. */
  public static List<String> words() {
    TreeSet<String> words =
        new TreeSet<>(
            List.of(
                ("a photo of and two three four left right above below sign saying").split(" ")));
    for (Shape shape : Shape.values()) {
      words.add(shape.word());
      words.add(shape.plural());
    }
    for (Color color : Color.values()) {
      words.add(color.word());
    }
    return List.copyOf(words);
  }
}
