package dev.meander.reward;

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
      throw new UserError("a text prompt needs its text in double quotes: " + prompt);
    }
    return prompt.substring(open + 1, close);
  }

  /** 1 when the target was read, 0 when nothing of it was. */
  public static double score(String target, String recognised) {
    String wanted = normalise(target);
    String read = normalise(recognised);
    int distance = read.contains(wanted) ? 0 : levenshtein(wanted, read);
    return 1 - Math.min(distance, wanted.length()) / (double) wanted.length();
  }

  private static String normalise(String text) {
    return text.replace(" ", "").toLowerCase(Locale.ROOT);
  }

  /** The fewest insertions, deletions and replacements between the two; two rows of the table. */
  static int levenshtein(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
