package dev.meander.reward;

import dev.meander.reward.GenEvalMetadata.Exclude;
import dev.meander.reward.GenEvalMetadata.Include;
import dev.meander.reward.GenEvalMetadata.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * GenEval's all-or-nothing verdict (arXiv 2310.11513, section 3 and its released evaluation).
 *
 * <p>Every include clause has at least {@code count} objects, of which the best {@code count} are
 * looked at: all have the colour, and all stand in the relation to all objects of the target
 * clause, which itself must hold. No exclude clause reaches its count.
 */
public final class StrictEvaluation {
  private StrictEvaluation() {}

  /** What is wrong, in words; an empty list means correct. */
  public static List<String> failures(GenEvalMetadata metadata, DetectedObjects objects) {
    List<String> failures = new ArrayList<>();
    List<Optional<List<Detection>>> matched = new ArrayList<>();
    for (Include clause : metadata.include()) {
      Optional<String> failure = failure(clause, objects, matched);
      failure.ifPresent(failures::add);
      matched.add(failure.isPresent() ? Optional.empty() : Optional.of(best(clause, objects)));
    }
    for (Exclude clause : metadata.exclude()) {
      int found = objects.of(clause.className()).size();
      if (found >= clause.count()) {
        failures.add(
            "expected " + clause.className() + " < " + clause.count() + ", found " + found);
      }
    }
    return failures;
  }

  private static List<Detection> best(Include clause, DetectedObjects objects) {
    List<Detection> found = objects.of(clause.className());
    return found.subList(0, Math.min(clause.count(), found.size()));
  }

  private static Optional<String> failure(
      Include clause, DetectedObjects objects, List<Optional<List<Detection>>> matched) {
    List<Detection> found = best(clause, objects);
    String name = clause.className();
    if (found.size() < clause.count()) {
      return Optional.of("expected " + name + " >= " + clause.count() + ", found " + found.size());
    }
    if (clause.color().isPresent()) {
      long right = count(found, clause.color().get());
      if (right < clause.count()) {
        String wanted = clause.color().get() + " " + name;
        return Optional.of("expected " + wanted + " >= " + clause.count() + ", found " + right);
      }
    }
    if (clause.position().isPresent() && !placed(found, clause.position().get(), matched)) {
      String phrase = clause.position().get().relation().phrase();
      return Optional.of("expected " + name + " " + phrase + " its target");
    }
    return Optional.empty();
  }

  static long count(List<Detection> found, String color) {
    return found.stream().filter(detection -> detection.color().equals(color)).count();
  }

  /** Whether all objects stand in the relation to all of the target's; false when it has none. */
  static boolean placed(
      List<Detection> found, Position position, List<Optional<List<Detection>>> matched) {
    return matched
        .get(position.target())
        .map(
            targets ->
                found.stream()
                    .allMatch(
                        one ->
                            targets.stream()
                                .allMatch(
                                    target -> position.relation().holds(one.box(), target.box()))))
        .orElse(false);
  }
}
