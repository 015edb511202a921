package dev.meander.toybox;

import dev.meander.prompt.Prompt;
import dev.meander.random.Domain;
import dev.meander.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/**
 * Fixed lists of prompts in GenEval's form, balanced over its six tasks.
 *
 * <p>{@link #train} and {@link #validation} hold combinations that pretraining saw; {@link
 * #heldout} holds, for the split kinds, only combinations that training and model selection never
 * see ({@link HoldOut}). Small spaces repeat prompts; each line has an id of its own.
 */
public final class PromptSets {
  private static final long TRAIN_SEED = 0x7261494eL;
  private static final long VALIDATION_SEED = 0x56614c69L;
  private static final long HELDOUT_SEED = 0x48654c64L;

  private static final List<Kind> HARD =
      List.of(
          Kind.SINGLE_OBJECT,
          Kind.COLOR_POSITION,
          Kind.COLOR_ATTR,
          Kind.TWO_OBJECT,
          Kind.POSITION,
          Kind.COUNTING,
          Kind.COLOR_POSITION,
          Kind.COLOR_ATTR,
          Kind.TWO_OBJECT,
          Kind.COLOR_POSITION,
          Kind.POSITION,
          Kind.COUNTING,
          Kind.COLORS,
          Kind.COLOR_POSITION,
          Kind.COLOR_ATTR,
          Kind.TWO_OBJECT,
          Kind.POSITION,
          Kind.COUNTING,
          Kind.COLOR_POSITION,
          Kind.COLOR_ATTR,
          Kind.TWO_OBJECT,
          Kind.COLOR_POSITION,
          Kind.POSITION,
          Kind.COLOR_ATTR);

  private PromptSets() {}

  /** Prompts to train on. */
  public static List<Prompt> train(int count) {
    return draw("train", TRAIN_SEED, false, Kind.GENEVAL, count);
  }

  /**
   * Prompts to train on for long: of twenty-four, six of the mixture of colours and positions, five
   * of color_attr, four each of two_object and position, three of counting, one each of
   * single_object and colors, which soon teach nothing more. Positions alone are 72 captions, which
   * a long training learns by heart; with colours they are over a thousand.
   */
  public static List<Prompt> trainHard(int count) {
    return draw("train-hard", TRAIN_SEED, false, HARD, count);
  }

  /** 120 prompts to choose checkpoints and settings by. */
  public static List<Prompt> validation() {
    return draw("validation", VALIDATION_SEED, false, Kind.GENEVAL, 120);
  }

  /** 540 prompts to report on, 90 of each task. */
  public static List<Prompt> heldout() {
    return draw("heldout", HELDOUT_SEED, true, Kind.GENEVAL, 540);
  }

  /** Prompts for signs to train on. */
  public static List<Prompt> trainText(int count) {
    return draw("train-text", TRAIN_SEED, false, List.of(Kind.TEXT), count);
  }

  /** 60 prompts for signs to choose by. */
  public static List<Prompt> validationText() {
    return draw("validation-text", VALIDATION_SEED, false, List.of(Kind.TEXT), 60);
  }

  /** 120 prompts for signs to report on. */
  public static List<Prompt> heldoutText() {
    return draw("heldout-text", HELDOUT_SEED, true, List.of(Kind.TEXT), 120);
  }

  /** Prompts to train on for signs of four letters out of six. */
  public static List<Prompt> trainSigns(int count) {
    return signs("train-signs", TRAIN_SEED, false, count);
  }

  /** 60 prompts for signs of four letters out of six to choose by. */
  public static List<Prompt> validationSigns() {
    return signs("validation-signs", VALIDATION_SEED, false, 60);
  }

  /** 120 prompts for signs of four letters out of six to report on. */
  public static List<Prompt> heldoutSigns() {
    return signs("heldout-signs", HELDOUT_SEED, true, 120);
  }

  private static List<Prompt> signs(String name, long seed, boolean heldOut, int count) {
    return draw(name, seed, count, (i, random) -> Toybox.easySign(heldOut, random));
  }

  /** Line {@code i} is of kind {@code i mod kinds}, so every prefix has the same mixture. */
  private static List<Prompt> draw(
      String name, long seed, boolean heldOut, List<Kind> kinds, int count) {
    return draw(
        name,
        seed,
        count,
        (i, random) -> Toybox.description(kinds.get(i % kinds.size()), heldOut, random));
  }

  private static List<Prompt> draw(
      String name, long seed, int count, BiFunction<Integer, RandomStream, Description> lines) {
    List<Prompt> prompts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Description description = lines.apply(i, Domain.SCENE.stream(seed, i));
      String id = String.format(Locale.ROOT, "%s-%04d", name, i);
      prompts.add(new Prompt(id, Captions.text(description), Captions.metadata(description)));
    }
    return List.copyOf(prompts);
  }
}
