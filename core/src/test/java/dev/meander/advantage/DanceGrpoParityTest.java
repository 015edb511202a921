package dev.meander.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two rewards of one group, and who of it is trained on, against DanceGRPO's own. */
class DanceGrpoParityTest {
  private static final JsonNode CASE =
      ConfigFile.read(Path.of("src/test/resources/parity/dancegrpo.json")).get("best_of_n");
  private static final Selection BEST_AND_WORST =
      new Selection(1, CASE.get("best_of").intValue() / 2);

  @Test
  void advantagesDifferByTheKindOfSpreadAlone() {
    for (int r = 0; r < 2; r++) {
      double[] rewards = numbers(CASE.get("rewards").get(r));
      double[] theirs = numbers(CASE.get("advantages").get(r));
      int n = rewards.length;
      double[][] ours =
          new GroupAdvantage(n, new GroupStd(), 5)
              .advantages(new long[n], column(rewards))
              .values();
      double population = Statistics.std(rewards);
      double sample = population * Math.sqrt(n / (n - 1.0)); // theirs; and they add 1e-8
      double factor = (sample + 1e-8) / (population + 1e-4);
      for (int i = 0; i < n; i++) {
        // Float32 means of rewards around 20 leave about 1e-6.
        assertThat(ours[i][0]).isCloseTo(theirs[i] * factor, within(3e-6));
      }
    }
  }

  @Test
  void theSameSamplesStay() {
    double[] total = numbers(CASE.get("total"));
    assertThat(kept(new Advantages(column(total), 0))).isEqualTo(expected());
  }

  @Test
  void theSameSamplesStayUnderOurAdvantages() {
    List<Double> weights = new ArrayList<>();
    CASE.get("weights").forEach(w -> weights.add(w.doubleValue()));
    double[] first = numbers(CASE.get("rewards").get(0));
    double[] second = numbers(CASE.get("rewards").get(1));
    Advantages advantages =
        new DecoupledSum()
            .advantages(
                new GroupAdvantage(first.length, new GroupStd(), 5),
                new long[first.length],
                List.of(column(first), column(second)),
                weights);
    assertThat(kept(advantages)).isEqualTo(expected());
  }

  private static int[] kept(Advantages advantages) {
    int n = advantages.values().length;
    boolean[][] keep = BEST_AND_WORST.keep(new long[n], advantages, false, 1, 0);
    return IntStream.range(0, n).filter(i -> keep[i][0]).toArray();
  }

  private static int[] expected() {
    assertThat(CASE.get("kept")).hasSize(CASE.get("best_of").intValue());
    return IntStream.range(0, CASE.get("kept").size())
        .map(i -> CASE.get("kept").get(i).intValue())
        .toArray();
  }

  private static double[] numbers(JsonNode list) {
    return IntStream.range(0, list.size()).mapToDouble(i -> list.get(i).doubleValue()).toArray();
  }

  private static double[][] column(double[] values) {
    return IntStream.range(0, values.length)
        .mapToObj(i -> new double[] {values[i]})
        .toArray(double[][]::new);
  }
}
