package dev.meander.train;

import dev.meander.credit.RewardTable;
import java.util.List;
import java.util.Optional;

/** Says that nothing can be learned of a rollout, and why where that is known. */
final class NoSignal {
  private NoSignal() {}

  /**
   * What to warn of after the first rollout; later ones are counted first ({@link Health}).
   *
   * @param zeroStdRatio the share of groups without any difference
   * @param rollouts those done before
   */
  static Optional<String> of(RewardTable table, double zeroStdRatio, long rollouts) {
    return zeroStdRatio < 1 || rollouts > 0
        ? Optional.empty()
        : Optional.of(
            "all groups of this rollout have equal rewards, so nothing is learned of it: "
                + reason(table));
  }

  /** Why all groups have equal rewards. */
  static String reason(RewardTable table) {
    return reason(table.columns());
  }

  private static String reason(List<RewardTable.Column> columns) {
    if (columns.stream().allMatch(c -> c.weight() == 0)) {
      return "the weights of all rewards are 0";
    }
    List<String> constant =
        columns.stream().filter(NoSignal::isConstant).map(RewardTable.Column::name).toList();
    if (constant.size() == columns.size()) {
      return "%s gave every image the same score, %s"
          .formatted(String.join(", ", constant), columns.get(0).scores()[0]);
    }
    return columns.size() > 1
        ? "the weighted rewards are equal within each group, or cancel out"
        : "the scores differ between prompts only";
  }

  private static boolean isConstant(RewardTable.Column column) {
    for (float score : column.scores()) {
      if (score != column.scores()[0]) {
        return false;
      }
    }
    return true;
  }
}
