package dev.meander.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.credit.AnyFlipCredit;
import dev.meander.credit.Balance;
import dev.meander.credit.BonusCredit;
import dev.meander.credit.ConsistentTurningPointCredit;
import dev.meander.credit.Credit;
import dev.meander.credit.CreditRule;
import dev.meander.credit.DelayedCredit;
import dev.meander.credit.FirstStep;
import dev.meander.credit.IncrementalCredit;
import dev.meander.credit.PositiveFlipCredit;
import dev.meander.credit.PropagatedCredit;
import dev.meander.credit.RewardTrace;
import dev.meander.credit.Trend;
import dev.meander.credit.TurningPointCredit;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every step earns and its advantage, against TurningPoint-GRPO's own. */
class TurningPointParityTest {
  private static final JsonNode CASES =
      ConfigFile.read(Path.of("src/test/resources/parity/turningpoint.json")).get("credit");
  private static final TurningPointCredit POINTS = points(FirstStep.QUALIFIES, Balance.NONE);
  private static final int ROLLOUT = 7;

  private static final Map<String, CreditRule> RULES = new HashMap<>();

  static {
    RULES.put("incremental", new IncrementalCredit());
    RULES.put("turning points", POINTS);
    RULES.put("never first", points(FirstStep.NEVER, Balance.NONE));
    RULES.put("consistent", consistent(Balance.NONE));
    RULES.put("any flip", new AnyFlipCredit(FirstStep.QUALIFIES, Balance.NONE));
    RULES.put("positive", new PositiveFlipCredit(Trend.OVERALL, FirstStep.QUALIFIES, Balance.NONE));
    RULES.put("balanced", points(FirstStep.QUALIFIES, Balance.OVERALL));
    RULES.put("consistent, balanced", consistent(Balance.OVERALL));
    RULES.put("propagated", new PropagatedCredit(POINTS));
    RULES.put("bonus", new BonusCredit(POINTS, 1));
    RULES.put("half bonus", new BonusCredit(POINTS, 0.5));
    RULES.put(
        "bonus, balanced", new BonusCredit(points(FirstStep.QUALIFIES, Balance.INCREMENTAL), 1));
    RULES.put("bonus, delayed", new DelayedCredit(100, new BonusCredit(POINTS, 1)));
  }

  @Test
  void everyStepEarnsTheSame() {
    assertThat(CASES).hasSize(RULES.size());
    for (JsonNode one : CASES) {
      String name = one.get("name").textValue();
      Credit credit = credit(one);
      double[][] expected = rows(one.get("paid"));
      for (int i = 0; i < expected.length; i++) {
        assertThat(credit.stepRewards()[i])
            .as("%s, sample %d", name, i)
            .containsExactly(expected[i], within(1e-6));
      }
      if (one.has("points")) {
        assertThat(credit.turningPoints()).as(name).isDeepEqualTo(flags(one.get("points")));
      }
    }
  }

  @Test
  void theCasesHavePointsAndZeros() {
    for (JsonNode one : CASES) {
      String name = one.get("name").textValue();
      boolean without = name.equals("incremental") || name.endsWith("delayed");
      if (one.has("points")) {
        assertThat(one.get("points").toString().contains("true")).as(name).isNotEqualTo(without);
      }
    }
    double[][] coarse = new IncrementalCredit().assign(trace(CASES.get(0))).stepRewards();
    assertThat(coarse[0].length * coarse.length).isEqualTo(60);
    assertThat(Arrays.stream(coarse).flatMapToDouble(Arrays::stream)).contains(0.0);
  }

  @Test
  void everyStepIsNormalisedByItself() {
    int compared = 0;
    for (JsonNode one : CASES) {
      if (one.has("advantages")) {
        JsonNode advantages = one.get("advantages");
        assertAgrees(one, advantages, "group_std", new GroupStd());
        assertAgrees(one, advantages, "global_std", new GlobalStd());
        compared++;
      }
    }
    assertThat(compared).isEqualTo(3);
  }

  private static void assertAgrees(JsonNode one, JsonNode advantages, String key, StdScope scope) {
    double[][] expected = rows(advantages.get(key));
    long[] groups = new long[expected.length];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = advantages.get("groups").get(i).longValue();
    }
    double[][] actual =
        new GroupAdvantage(groups.length / 3, scope, 5)
            .advantages(groups, credit(one).stepRewards())
            .values();
    for (int i = 0; i < groups.length; i++) {
      assertThat(actual[i])
          .as("%s, %s, sample %d", one.get("name"), key, i)
          .containsExactly(expected[i], within(1e-6));
    }
  }

  private static Credit credit(JsonNode one) {
    return RULES.get(one.get("name").textValue()).assign(trace(one), ROLLOUT);
  }

  private static RewardTrace trace(JsonNode one) {
    double[][] rewards = rows(one.get("rewards"));
    return new RewardTrace(rewards[0].length - 1, rewards);
  }

  private static TurningPointCredit points(FirstStep first, Balance balance) {
    return new TurningPointCredit(Trend.OVERALL, first, balance);
  }

  private static ConsistentTurningPointCredit consistent(Balance balance) {
    return new ConsistentTurningPointCredit(Trend.OVERALL, FirstStep.QUALIFIES, balance);
  }

  private static double[][] rows(JsonNode lists) {
    double[][] rows = new double[lists.size()][lists.get(0).size()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = lists.get(i).get(j).doubleValue();
      }
    }
    return rows;
  }

  private static boolean[][] flags(JsonNode lists) {
    boolean[][] rows = new boolean[lists.size()][lists.get(0).size()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = lists.get(i).get(j).booleanValue();
      }
    }
    return rows;
  }
}
