package dev.meander.reward;

import java.util.List;

/**
 * What an evaluation says of one image.
 *
 * @param tag the prompt's task
 * @param correct whether all that the prompt asks for is there
 * @param graded the graded reward
 * @param reasons what is wrong, one entry a failed clause; empty when correct
 */
public record Verdict(String tag, boolean correct, double graded, List<String> reasons) {
  public Verdict {
    reasons = List.copyOf(reasons);
  }
}
