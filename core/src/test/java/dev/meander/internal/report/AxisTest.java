package dev.meander.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class AxisTest {
  @Test
  void ticksAreRoundNumbers() {
    assertThat(texts(Axis.linear(0.31, 0.79))).containsExactly("0", "0.2", "0.4", "0.6", "0.8");
    assertThat(texts(Axis.linear(0.53, 0.77)))
        .containsExactly("0.50", "0.55", "0.60", "0.65", "0.70", "0.75", "0.80");
    assertThat(texts(Axis.linear(-3, 4))).containsExactly("\u22124", "\u22122", "0", "2", "4");
    assertThat(texts(Axis.linear(0, 12000))).containsExactly("0", "5,000", "10,000", "15,000");
    assertThat(texts(Axis.linear(0, 4e-6))).startsWith("0", "1e-06");
    assertThat(texts(Axis.linear(-1e7, -1e7))).contains("\u22121.10e+07", "\u22121.05e+07");
  }

  @Test
  void equalValuesGetRoom() {
    Axis axis = Axis.linear(2, 2);
    assertThat(axis.position(2)).isBetween(0.2, 0.8);
    assertThat(Axis.linear(0, 0).position(0)).isBetween(0.2, 0.8);
  }

  @Test
  void powersOfTen() {
    Axis axis = Axis.logarithmic(3e-7, 2e-4);
    assertThat(texts(axis))
        .containsExactly(
            "10\u207b\u2077",
            "10\u207b\u2076",
            "10\u207b\u2075",
            "10\u207b\u2074",
            "10\u207b\u00b3");
    assertThat(axis.position(1e-5)).isCloseTo(0.5, within(1e-12));
    assertThat(texts(Axis.logarithmic(0.02, 30))).containsExactly("0.01", "0.1", "1", "10", "100");
    assertThat(texts(Axis.logarithmic(1, 1))).containsExactly("1", "10");
    assertThat(texts(Axis.logarithmic(1e-12, 1e4))).hasSizeLessThanOrEqualTo(6);
  }

  @Test
  void theStepAxisEndsWithTheData() {
    Axis axis = Axis.exact(0, 240);
    assertThat(axis.position(240)).isEqualTo(1);
    assertThat(texts(axis)).containsExactly("0", "50", "100", "150", "200");
    assertThat(texts(Axis.exact(0, 3))).containsExactly("0", "1", "2", "3");
    assertThat(Axis.exact(0, 0).position(0)).isZero();
  }

  @Property(tries = 500)
  void valuesAndTicksLieOnTheAxis(
      @ForAll @DoubleRange(min = -1e7, max = 1e7) double a,
      @ForAll @DoubleRange(min = -1e7, max = 1e7) double b) {
    Axis axis = Axis.linear(Math.min(a, b), Math.max(a, b));
    assertThat(axis.position(a)).isBetween(-1e-9, 1 + 1e-9);
    assertThat(axis.position(b)).isBetween(-1e-9, 1 + 1e-9);
    assertThat(axis.ticks()).hasSizeBetween(2, 8);
    assertThat(axis.ticks()).allMatch(t -> Math.abs(axis.position(t.value()) - 0.5) < 0.5 + 1e-6);
    assertThat(texts(axis)).doesNotHaveDuplicates();
  }

  private static List<String> texts(Axis axis) {
    return axis.ticks().stream().map(Axis.Tick::text).toList();
  }
}
