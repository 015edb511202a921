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

  /** The verdict on the objects that a detector sees, by GenEval's rules. */
  public static Verdict of(
      GenEvalMetadata metadata, List<Detection> detections, GradedReward graded) {
    DetectedObjects objects = new DetectedObjects(detections, metadata.tag());
    List<String> failures = StrictEvaluation.failures(metadata, objects);
    return new Verdict(
        metadata.tag(), failures.isEmpty(), graded.score(metadata, objects), failures);
  }

  /** The verdict on a prompt's quoted text, of which {@code read} stands in the image. */
  public static Verdict ofText(String tag, String target, String read) {
    double reward = TextScore.score(target, read);
    boolean correct = reward == 1;
    return new Verdict(
        tag,
        correct,
        reward,
        correct ? List.of() : List.of("expected " + target + ", read " + read));
  }
}
