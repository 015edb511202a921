package dev.meander.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LineTest {
  @Test
  void smoothingKeepsConstantsAndStraightInteriors() {
    for (double value : line(i -> 3.5, 100).smoothed(false).values()) {
      assertThat(value).isCloseTo(3.5, within(1e-12));
    }
    double[] straight = line(i -> 2.0 * i, 100).smoothed(false).values();
    for (int i = 10; i < 90; i++) {
      assertThat(straight[i]).isCloseTo(2.0 * i, within(1e-9));
    }
  }

  @Test
  void theWeightsAreGaussian() {
    double[] impulse = line(i -> i == 25 ? 1 : 0, 50).smoothed(false).values();
    double sum = IntStream.rangeClosed(-3, 3).mapToDouble(d -> Math.exp(-0.5 * d * d)).sum();
    assertThat(impulse[25]).isCloseTo(1 / sum, within(1e-12));
    assertThat(impulse[26]).isCloseTo(Math.exp(-0.5) / sum, within(1e-12));
    assertThat(impulse[24]).isEqualTo(impulse[26]);
    assertThat(impulse[29]).isZero();
  }

  @Test
  void onALogarithmicChartTheMeanIsGeometric() {
    double[] values = line(i -> Math.pow(10, i % 2), 51).smoothed(true).values();
    double arithmetic = line(i -> i % 2, 51).smoothed(false).values()[25];
    assertThat(values[25]).isCloseTo(Math.pow(10, arithmetic), within(1e-12));
  }

  @Test
  void holesAreSteppedOver() {
    double[] values = line(i -> i == 20 ? Double.NaN : 7, 40).smoothed(false).values();
    assertThat(values[20]).isCloseTo(7, within(1e-12));
    assertThat(line(i -> Double.NaN, 5).smoothed(false).values()).containsOnly(Double.NaN);
  }

  @Property(tries = 100)
  void thinningKeepsEndsAndExtremesInOrder(
      @ForAll @IntRange(min = 1, max = 3000) int n, @ForAll long seed) {
    Random random = new Random(seed);
    Line line = line(i -> random.nextGaussian(), n);
    int[] kept = line.thinned(100);
    assertThat(kept.length).isLessThanOrEqualTo(102);
    assertThat(kept).isSorted().doesNotHaveDuplicates().startsWith(0).endsWith(n - 1);
    double[] values = Arrays.stream(kept).mapToDouble(i -> line.values()[i]).toArray();
    assertThat(max(values)).isEqualTo(max(line.values()));
    assertThat(-max(negated(values))).isEqualTo(-max(negated(line.values())));
  }

  private static double max(double[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }

  private static double[] negated(double[] values) {
    return Arrays.stream(values).map(v -> -v).toArray();
  }

  private static Line line(IntToDoubleFunction value, int n) {
    double[] steps = IntStream.range(0, n).asDoubleStream().toArray();
    return new Line(
        "x", Line.Look.PLAIN, steps, IntStream.range(0, n).mapToDouble(value).toArray());
  }
}
