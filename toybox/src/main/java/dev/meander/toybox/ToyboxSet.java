package dev.meander.toybox;

import dev.meander.prompt.Prompt;
import dev.meander.random.Domain;
import dev.meander.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Fixed lists of prompts in GenEval's form, balanced over its six tasks, and of signs.
 *
 * <p>Those to train on and for validation hold combinations that pretraining saw; the held-out ones
 * hold, for the split kinds, only combinations that training and model selection never see ({@link
 * HoldOut}). Small spaces repeat prompts; each line has an id of its own.
 */
public enum ToyboxSet {
  TRAIN(Use.TRAINING, 3000, Lines.of(Kind.GENEVAL)),
  TRAIN_HARD(Use.TRAINING, 12_000, Lines.of(Kind.HARD)),
  /** Prompts to choose checkpoints and settings by. */
  VALIDATION(Use.VALIDATION, 120, Lines.of(Kind.GENEVAL)),
  /** Prompts to report on, 90 of each task. */
  HELDOUT(Use.REPORT, 540, Lines.of(Kind.GENEVAL)),
  TRAIN_TEXT(Use.TRAINING, 3000, Lines.of(List.of(Kind.TEXT))),
  VALIDATION_TEXT(Use.VALIDATION, 60, Lines.of(List.of(Kind.TEXT))),
  HELDOUT_TEXT(Use.REPORT, 120, Lines.of(List.of(Kind.TEXT))),
  /** Signs of four letters out of six, as the next two. */
  TRAIN_SIGNS(Use.TRAINING, 3000, Lines.SIGNS),
  VALIDATION_SIGNS(Use.VALIDATION, 60, Lines.SIGNS),
  HELDOUT_SIGNS(Use.REPORT, 120, Lines.SIGNS);

  private enum Use {
    TRAINING(0x7261494eL, false),
    VALIDATION(0x56614c69L, false),
    REPORT(0x48654c64L, true);

    private final long seed;
    private final boolean heldOut;

    Use(long seed, boolean heldOut) {
      this.seed = seed;
      this.heldOut = heldOut;
    }
  }

  private interface Lines {
    Lines SIGNS = (i, heldOut, random) -> Toybox.easySign(heldOut, random);

    Description draw(int i, boolean heldOut, RandomStream random);

    /** Line {@code i} is of kind {@code i mod kinds}, so every prefix has the same mixture. */
    static Lines of(List<Kind> kinds) {
      return (i, heldOut, random) ->
          Toybox.description(kinds.get(i % kinds.size()), heldOut, random);
    }
  }

  private final Use use;
  private final int size;
  private final Lines lines;

  ToyboxSet(Use use, int size, Lines lines) {
    this.use = use;
    this.size = size;
    this.lines = lines;
  }

  /** Its name in recipes, behind {@code toybox:}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** All of its prompts. */
  public List<Prompt> prompts() {
    return prompts(size);
  }

  /** The first of them, or more than are usual. */
  List<Prompt> prompts(int count) {
    List<Prompt> prompts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Description description = lines.draw(i, use.heldOut, Domain.SCENE.stream(use.seed, i));
      String id = String.format(Locale.ROOT, "%s-%04d", word(), i);
      prompts.add(new Prompt(id, Captions.text(description), Captions.metadata(description)));
    }
    return List.copyOf(prompts);
  }
}
