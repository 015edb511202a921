package dev.meander.reward;

import dev.meander.reward.GenEvalMetadata.Include;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Flow-GRPO's training reward for GenEval (arXiv 2505.05470, appendix; its released scorer).
 *
 * <p>The mean of these parts, over the include clauses:
 *
 * <ul>
 *   <li>{@code 1 - |found - count| / count}, found being all objects of the class;
 *   <li>when found differs from count and the clause has a colour or a position: one 0;
 *   <li>else for a colour {@code 1 - |matching - count| / count};
 *   <li>else, the colour being right or not asked for, for a position: 0 when the target clause
 *       failed; otherwise 1, and a further 0 when some pair is not in the relation.
 * </ul>
 *
 * <p>It is not bounded below by 0: three found of one wanted gives -1. Exclude clauses do not
 * enter.
 *
 * @param clipAtZero whether a negative mean counts as 0 (not in the released scorer)
 */
public record GradedReward(boolean clipAtZero) {

  /** The reward, at most 1. */
  public double score(GenEvalMetadata metadata, DetectedObjects objects) {
    List<Double> parts = new ArrayList<>();
    List<Optional<List<Detection>>> matched = new ArrayList<>();
    for (Include clause : metadata.include()) {
      List<Detection> found = objects.of(clause.className());
      boolean right = add(clause, found, matched, parts);
      matched.add(right ? Optional.of(found) : Optional.empty());
    }
    double mean = parts.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    return clipAtZero ? Math.max(0, mean) : mean;
  }

  /** Adds the clause's parts; true when it holds exactly. */
  private static boolean add(
      Include clause,
      List<Detection> found,
      List<Optional<List<Detection>>> matched,
      List<Double> parts) {
    parts.add(closeness(found.size(), clause.count()));
    if (found.size() != clause.count()) {
      if (clause.color().isPresent() || clause.position().isPresent()) {
        parts.add(0.0);
      }
      return false;
    }
    if (clause.color().isPresent()) {
      long matching = StrictEvaluation.count(found, clause.color().get());
      parts.add(closeness(matching, clause.count()));
      if (matching != clause.count()) {
        return false;
      }
    }
    return clause.position().isEmpty() || addPosition(clause, found, matched, parts);
  }

  private static boolean addPosition(
      Include clause,
      List<Detection> found,
      List<Optional<List<Detection>>> matched,
      List<Double> parts) {
    GenEvalMetadata.Position position = clause.position().orElseThrow();
    boolean placed = StrictEvaluation.placed(found, position, matched);
    if (!placed) {
      parts.add(0.0);
    }
    if (matched.get(position.target()).isPresent()) {
      parts.add(1.0);
    }
    return placed;
  }

  private static double closeness(long found, int wanted) {
    return 1 - Math.abs(found - wanted) / (double) wanted;
  }
}
