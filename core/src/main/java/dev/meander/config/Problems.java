package dev.meander.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Collects what is wrong, so that one message reports all of it; long lists are cut. */
public final class Problems {
  private static final int SHOWN = 20;

  private final List<String> shown = new ArrayList<>();
  private int count;

  /** Notes one more problem: a sentence without a full stop. */
  public void add(String problem) {
    count++;
    if (shown.size() < SHOWN) {
      shown.add(problem);
    }
  }

  /** The result, or null after noting what the user did wrong, indented below. */
  public <T> T attempt(Supplier<T> work) {
    try {
      return work.get();
    } catch (UserError e) {
      add(e.getMessage().replace("\n", "\n    "));
      return null;
    }
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  /** Whether all is well so far. */
  public boolean isEmpty() {
    return count == 0;
  }

  /**
   * Does nothing when there are no problems.
   *
   * @param headline what they are about: a file and what it should have been
   * @throws UserError with the headline and the problems
   */
  public void throwIfAny(String headline) {
    if (count == 0) {
      return;
    }
    if (count == 1) {
      throw new UserError(headline + ": " + shown.get(0));
    }
    StringBuilder text = new StringBuilder(headline).append(':');
    shown.forEach(p -> text.append("\n  - ").append(p));
    if (count > SHOWN) {
      text.append("\n  and ").append(count - SHOWN).append(" more");
    }
    throw new UserError(text.toString());
  }
}
