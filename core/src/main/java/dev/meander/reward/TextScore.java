package dev.meander.reward;

import dev.meander.config.EditDistance;
import dev.meander.config.UserError;
import java.util.Locale;

/**
 * The visual-text reward (Flow-GRPO, arXiv 2505.05470): {@code 1 - distance / length}.
 *
 * <p>Spaces are dropped and case is ignored. The distance is 0 when the recognised text contains
 * the target, else Levenshtein's, at most the target's length.
 */
public final class TextScore {
  private TextScore() {}

  /** The text in the prompt's first pair of double quotes. */
  public static String target(String prompt) {
    int open = prompt.indexOf('"');
    int close = prompt.indexOf('"', open + 1);
    if (open < 0 || close < 0 || normalise(prompt.substring(open + 1, close)).isEmpty()) {
      boolean curly = prompt.matches(".*[\u201c\u201d\u201e\u00ab\u00bb].*");
      throw new UserError(
          "a text prompt needs its text in double quotes%s: %s"
              .formatted(curly ? ", straight ones (\") and not curly" : "", prompt));
    }
    return prompt.substring(open + 1, close);
  }

  /** 1 when the target was read, 0 when nothing of it was. */
  public static double score(String target, String recognised) {
    String wanted = normalise(target);
    String read = normalise(recognised);
    int distance = read.contains(wanted) ? 0 : EditDistance.between(wanted, read);
    return 1 - Math.min(distance, wanted.length()) / (double) wanted.length();
  }

  private static String normalise(String text) {
    return text.replace(" ", "").toLowerCase(Locale.ROOT);
  }
}
