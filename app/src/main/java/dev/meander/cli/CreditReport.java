package dev.meander.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.advantage.Advantages;
import dev.meander.advantage.GroupAdvantage;
import dev.meander.advantage.Grouping;
import dev.meander.advantage.Groups;
import dev.meander.advantage.StdScope;
import dev.meander.config.UserError;
import dev.meander.credit.Balance;
import dev.meander.credit.ConsistentTurningPointCredit;
import dev.meander.credit.Credit;
import dev.meander.credit.CreditRule;
import dev.meander.credit.FirstStep;
import dev.meander.credit.IncrementalCredit;
import dev.meander.credit.RewardTrace;
import dev.meander.credit.TerminalCredit;
import dev.meander.credit.Trend;
import dev.meander.credit.TurningPointCredit;
import java.util.List;

/**
 * A credit rule and its advantages for numbers from outside, for anyone to check: {@code meander
 * credit}.
 *
 * @param method how the rewards are read and paid
 * @param trend the trend of turning points
 * @param balance whether gains and losses among turning points are made equally many
 * @param std whose standard deviation divides the advantages
 * @param grouping which samples are compared
 */
public record CreditReport(
    Method method, Trend trend, boolean balance, StdScope std, Grouping grouping) {
  private static final double LIMIT = 5;

  /** The methods by the names of the command line. */
  public enum Method {
    TERMINAL("terminal"),
    INCREMENTAL("incremental"),
    TURNING_POINT("turning-point"),
    TURNING_POINT_CONSISTENT("turning-point-consistent"),
    /** One reward for each branch step, as TempFlow-GRPO has it: they are the step rewards. */
    BRANCH("branch");

    private final String label;

    Method(String label) {
      this.label = label;
    }

    /**
     * The method of a name.
     *
     * @throws UserError naming all methods
     */
    public static Method of(String label) {
      for (Method method : values()) {
        if (method.label.equals(label)) {
          return method;
        }
      }
      throw new UserError(
          "there is no credit method \"%s\"; choose one of %s".formatted(label, List.of(values())));
    }

    @Override
    public String toString() {
      return label;
    }
  }

  /**
   * The report on a trace file.
   *
   * @param document {@code rewards} (a row {@code R[0..n]} a sample, or one reward a branch step),
   *     {@code groups} (a name a sample) and, for seed groups, {@code seeds}
   * @param source its name in messages
   * @return {@code step_rewards}, {@code turning_points} and {@code advantages}, all [N][n];
   *     advantages are clamped to plus and minus 5
   * @throws UserError naming everything that is wrong with the document
   */
  public ObjectNode json(JsonNode document, String source) {
    TraceFile file = TraceFile.read(document, source, this);
    Credit credit = credit(file.rewards());
    List<int[]> groups = Groups.of(grouping.ids(file.groups(), file.seeds()));
    Advantages advantages = GroupAdvantage.advantages(groups, std, credit.stepRewards(), LIMIT);
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.set("step_rewards", rows(credit.stepRewards()));
    ArrayNode points = report.putArray("turning_points");
    for (boolean[] row : credit.turningPoints()) {
      ArrayNode flags = points.addArray();
      for (boolean flag : row) {
        flags.add(flag);
      }
    }
    report.set("advantages", rows(advantages.values()));
    return report;
  }

  private Credit credit(double[][] rewards) {
    int width = rewards[0].length;
    if (method == Method.BRANCH) {
      return new Credit(rewards, new boolean[rewards.length][width]);
    }
    return rule().assign(new RewardTrace(Math.max(1, width - 1), rewards));
  }

  private CreditRule rule() {
    Balance kept = balance ? Balance.AGGREGATED : Balance.NONE;
    return switch (method) {
      case INCREMENTAL -> new IncrementalCredit();
      case TURNING_POINT -> new TurningPointCredit(trend, FirstStep.QUALIFIES, kept);
      case TURNING_POINT_CONSISTENT ->
          new ConsistentTurningPointCredit(trend, FirstStep.QUALIFIES, kept);
      case TERMINAL -> new TerminalCredit();
      case BRANCH -> throw new IllegalStateException("branch rewards are step rewards already");
    };
  }

  private static ArrayNode rows(double[][] values) {
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    for (double[] row : values) {
      ArrayNode numbers = rows.addArray();
      for (double value : row) {
        numbers.add(value);
      }
    }
    return rows;
  }
}
