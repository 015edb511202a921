package dev.meander.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Interquartile means, probabilities of improvement and intervals, against rliable's. */
class EstimateTest {
  private static final int REPETITIONS = 20_000;
  private static final JsonNode RLIABLE = read();

  private static JsonNode read() {
    try {
      return new ObjectMapper()
          .readTree(Path.of("../core/src/test/resources/parity/rliable.json").toFile());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static double[][] table(JsonNode node) {
    double[][] table = new double[node.size()][node.get(0).size()];
    for (int i = 0; i < table.length; i++) {
      for (int j = 0; j < table[i].length; j++) {
        table[i][j] = node.get(i).get(j).asDouble();
      }
    }
    return table;
  }

  /** A table {@code [run][task]} as scores of one prompt a task. */
  private static Scores scores(double[][] table) {
    double[][][] gains = new double[table[0].length][table.length][1];
    for (int run = 0; run < table.length; run++) {
      for (int task = 0; task < table[0].length; task++) {
        gains[task][run][0] = table[run][task];
      }
    }
    return new Scores(gains);
  }

  private static Estimate estimate(
      Draw draw, Function<List<double[][]>, Double> statistic, Scores... scores) {
    return Estimate.of(draw, REPETITIONS, List.of(scores), List.of(statistic)).get(0);
  }

  /** Ends of percentile intervals wander by chance: by a few hundredths of the width. */
  private static void assertInterval(Estimate found, JsonNode ends) {
    double low = ends.get(0).asDouble();
    double high = ends.get(1).asDouble();
    assertThat(found.low()).isCloseTo(low, within(0.04 * (high - low)));
    assertThat(found.high()).isCloseTo(high, within(0.04 * (high - low)));
  }

  @Test
  void meansAreRliables() {
    double[][] a = table(RLIABLE.path("a"));
    double[][] b = table(RLIABLE.path("b"));
    for (String name : List.of("a", "b")) {
      double[][] table = name.equals("a") ? a : b;
      assertThat(Estimate.mean(table))
          .isCloseTo(RLIABLE.path("mean").path(name).asDouble(), within(1e-12));
      assertThat(Estimate.interquartileMean(table))
          .isCloseTo(RLIABLE.path("interquartile_mean").path(name).asDouble(), within(1e-12));
    }
    assertThat(Estimate.improvement(a, b))
        .isCloseTo(RLIABLE.path("improvement").asDouble(), within(1e-12));
    assertThat(Estimate.improvement(b, a)).isCloseTo(1 - Estimate.improvement(a, b), within(1e-12));
  }

  @Test
  void intervalsAreRliables() {
    Scores a = scores(table(RLIABLE.path("a")));
    Scores b = scores(table(RLIABLE.path("b")));
    assertInterval(
        estimate(Draw.RUNS_OF_EACH_TASK, t -> Estimate.mean(t.get(0)), a), RLIABLE.path("mean_95"));
    assertInterval(
        estimate(Draw.RUNS_OF_EACH_TASK, t -> Estimate.interquartileMean(t.get(0)), a),
        RLIABLE.path("interquartile_mean_95"));
    assertInterval(
        estimate(Draw.RUNS_OF_EACH_TASK, t -> Estimate.improvement(t.get(0), t.get(1)), a, b),
        RLIABLE.path("improvement_95"));
  }

  @Test
  void wholeTrainingsAreDrawnWithTheirPrompts() {
    JsonNode gains = RLIABLE.path("gains");
    double[][][] all = new double[gains.size()][][];
    for (int task = 0; task < all.length; task++) {
      all[task] = table(gains.get(task));
    }
    Scores scores = new Scores(all);
    Estimate whole = estimate(Draw.TRAININGS, t -> Estimate.mean(t.get(0)), scores);
    assertInterval(whole, RLIABLE.path("trainings_mean_95"));
    Estimate apart = estimate(Draw.RUNS_OF_EACH_TASK, t -> Estimate.mean(t.get(0)), scores);
    assertThat(apart.high() - apart.low())
        .as("what seeds have in common over tasks is averaged away")
        .isLessThan(0.8 * (whole.high() - whole.low()));
  }

  @Test
  void oneTaskOfOnePromptIsAPlainBootstrap() {
    Scores scores = scores(new double[][] {{1}, {2}, {4}, {8}});
    Function<List<double[][]>, Double> mean = t -> Estimate.mean(t.get(0));
    Estimate whole = estimate(Draw.TRAININGS, mean, scores);
    Estimate apart = estimate(Draw.RUNS_OF_EACH_TASK, mean, scores);
    assertThat(whole.value()).isEqualTo(3.75);
    assertThat(whole.low()).isCloseTo(apart.low(), within(0.1));
    assertThat(whole.high()).isCloseTo(apart.high(), within(0.1));
    assertThat(whole.differsFrom(0.5)).isTrue();
    assertThat(whole.differsFrom(3)).isFalse();
  }
}
