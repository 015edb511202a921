package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meander.advantage.GlobalStd;
import dev.meander.advantage.GroupStd;
import dev.meander.advantage.Grouping;
import dev.meander.advantage.PromptGroups;
import dev.meander.advantage.SeedGroups;
import dev.meander.advantage.StdScope;
import dev.meander.cli.CreditReport.Method;
import dev.meander.config.UserError;
import dev.meander.credit.Trend;
import org.junit.jupiter.api.Test;

class CreditReportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TWO = "{rewards: [[2,1,3,4],[2,3,1,0]], groups: [a,a]}";

  @Test
  void turningPointsAndTheirAdvantages() throws JsonProcessingException {
    JsonNode report = report(Method.TURNING_POINT, TWO);
    assertThat(report.fieldNames())
        .toIterable()
        .containsExactly("step_rewards", "turning_points", "advantages");
    assertThat(numbers(report, "step_rewards"))
        .isDeepEqualTo(new double[][] {{-1, 3, 1}, {1, -3, -1}});
    assertThat(report.get("turning_points"))
        .isEqualTo(JSON.readTree("[[false,true,false],[false,true,false]]"));
    double[][] advantages = numbers(report, "advantages");
    double[] first = {-1 / 1.0001, 3 / 3.0001, 1 / 1.0001};
    assertThat(advantages[0]).containsExactly(first, within(1e-12));
    for (int j = 0; j < 3; j++) {
      assertThat(advantages[1][j]).isEqualTo(-advantages[0][j]);
    }
  }

  @Test
  void incrementalAndTerminal() {
    assertThat(numbers(report(Method.INCREMENTAL, TWO), "step_rewards"))
        .isDeepEqualTo(new double[][] {{-1, 2, 1}, {1, -2, -1}});
    assertThat(numbers(report(Method.TERMINAL, TWO), "step_rewards"))
        .isDeepEqualTo(new double[][] {{4, 4, 4}, {0, 0, 0}});
    JsonNode finals = report(Method.TERMINAL, "{rewards: [[1],[0]], groups: [7,7]}");
    assertThat(numbers(finals, "advantages")[0]).containsExactly(.5 / .5001);
  }

  @Test
  void consistentBalancedPoints() {
    String trace = "{rewards: [[2,1,3,4],[4,2,6,8],[2,3,1,0],[2,1,5,4]], groups: [a,a,a,a]}";
    CreditReport report =
        new CreditReport(
            Method.TURNING_POINT_CONSISTENT,
            Trend.OVERALL,
            true,
            new GroupStd(),
            new PromptGroups());
    assertThat(numbers(report.json(parse(trace), "t.json"), "step_rewards"))
        .isDeepEqualTo(new double[][] {{-1, 2, 1}, {-2, 6, 2}, {1, -3, -1}, {-1, 4, -1}});
  }

  @Test
  void branchesAreComparedWithinThePromptOrTheSeed() {
    String trace = "{rewards: [[0,4],[2,4],[4,0],[8,0]], groups: [a,a,a,a], seeds: [1,1,2,2]}";
    JsonNode seed = branch(new SeedGroups(), new GroupStd(), trace);
    assertThat(numbers(seed, "step_rewards"))
        .isDeepEqualTo(new double[][] {{0, 4}, {2, 4}, {4, 0}, {8, 0}});
    assertThat(numbers(seed, "advantages")[1]).containsExactly(1 / 1.0001, 0);
    assertThat(numbers(seed, "advantages")[3]).containsExactly(2 / 2.0001, 0);
    assertThat(seed.get("turning_points").get(0).get(0).asBoolean()).isFalse();
    // mean 3.5, deviations -3.5 -1.5 .5 4.5: population variance 8.75; then 2 and 2
    double[][] prompt = numbers(branch(new PromptGroups(), new GroupStd(), trace), "advantages");
    double std = Math.sqrt(8.75) + 1e-4;
    assertThat(prompt[3]).containsExactly(new double[] {4.5 / std, -2 / 2.0001}, within(1e-12));
    // The batch's spread, the seed's mean
    double[][] global = numbers(branch(new SeedGroups(), new GlobalStd(), trace), "advantages");
    assertThat(global[1]).containsExactly(new double[] {1 / std, 0}, within(1e-12));
  }

  @Test
  void equalSeedsOfOtherPromptsAreOtherGroups() {
    String trace = "{rewards: [[0],[2],[10],[10]], groups: [a,a,b,b], seeds: [1,1,1,1]}";
    double[][] advantages = numbers(branch(new SeedGroups(), new GroupStd(), trace), "advantages");
    assertThat(advantages[0]).containsExactly(-1 / 1.0001);
    assertThat(advantages[2]).containsExactly(0);
  }

  @Test
  void groupsMayDifferInSizeAndNamesInKind() {
    String trace = "{rewards: [[0,1],[0,3],[0,5],[0,9]], groups: [1,1,'1',1]}";
    double[][] advantages = numbers(report(Method.TERMINAL, trace), "advantages");
    assertThat(advantages[2]).containsExactly(0); // alone
    double mean = 13 / 3.0;
    double std = Math.sqrt((1 + 9 + 81) / 3.0 - mean * mean) + 1e-4;
    assertThat(advantages[3][0]).isCloseTo((9 - mean) / std, within(1e-12));
  }

  @Test
  void whatIsWrongIsSaidAtOnce() {
    assertThatThrownBy(
            () -> report(Method.INCREMENTAL, "{rewards: [[1,2],[3],[1,x]], groups: [a,1.5]}"))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("t.json:")
        .hasMessageContaining("rewards[1] must be a row of 2 numbers")
        .hasMessageContaining("rewards[2][1] must be a finite number, not \"x\"")
        .hasMessageContaining("groups must be a list with one name or number for each of the 3");
    assertThatThrownBy(() -> report(Method.TURNING_POINT, "{rewards: [[1]], groups: [a]}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("at least 2 numbers, not 1");
    assertThatThrownBy(() -> report(Method.TERMINAL, "{}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("rewards must be a list");
    String unseeded = "{rewards: [[1]], groups: [a]}";
    assertThatThrownBy(() -> branch(new SeedGroups(), new GroupStd(), unseeded))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("seeds must be a list");
    assertThatThrownBy(() -> Method.of("turning"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("turning-point-consistent, branch");
    assertThat(Method.of("turning-point")).isEqualTo(Method.TURNING_POINT);
  }

  private static JsonNode report(Method method, String trace) {
    return new CreditReport(method, Trend.REMAINING, false, new GroupStd(), new PromptGroups())
        .json(parse(trace), "t.json");
  }

  private static JsonNode branch(Grouping grouping, StdScope std, String trace) {
    return new CreditReport(Method.BRANCH, Trend.REMAINING, false, std, grouping)
        .json(parse(trace), "t.json");
  }

  /** JSON with its quotes left out. */
  private static JsonNode parse(String trace) {
    try {
      return new ObjectMapper(new com.fasterxml.jackson.dataformat.yaml.YAMLFactory())
          .readTree(trace);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static double[][] numbers(JsonNode report, String key) {
    return JSON.convertValue(report.get(key), double[][].class);
  }
}
