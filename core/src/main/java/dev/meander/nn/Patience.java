package dev.meander.nn;

import dev.meander.config.UserError;
import java.util.regex.Pattern;

/**
 * A name that counts how often an expression looks at it, for an expression from a file may try
 * more ways to match than there is time for.
 */
final class Patience implements CharSequence {
  private static final int MOST_LOOKS = 2_000_000;

  private final String name;
  private final Pattern expression;
  private int looks;

  private Patience(String name, Pattern expression) {
    this.name = name;
    this.expression = expression;
  }

  /**
   * Whether an expression matches a whole name.
   *
   * @throws UserError when that takes too long to find out
   */
  static boolean matches(Pattern expression, String name) {
    try {
      return expression.matcher(new Patience(name, expression)).matches();
    } catch (StackOverflowError e) {
      throw tooLong(expression, name);
    }
  }

  private static UserError tooLong(Pattern expression, String name) {
    return new UserError(
        "the expression %s takes too long to compare with %s; write the names out"
            .formatted(expression, name));
  }

  @Override
  public char charAt(int index) {
    if (++looks > MOST_LOOKS) {
      throw tooLong(expression, name);
    }
    return name.charAt(index);
  }

  @Override
  public int length() {
    return name.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return name.subSequence(start, end);
  }

  @Override
  public String toString() {
    return name;
  }
}
