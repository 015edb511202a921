package dev.meander.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meander.cli.bench.GrowthBench.Quantity;
import dev.meander.event.Progress;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.recipe.Recipes;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class GrowthBenchTest {
  private static final Sd3Config SMALL =
      new Sd3Config(32, 2, 4, null, 1, 8, 2, 8, 16, 8, 16, List.of(), null);

  @Test
  void aPowerIsFound() {
    PowerLaw law = fit(x -> 3 * Math.pow(x, 1.7), 1, 2, 5, 9);
    assertThat(List.of(law.exponent(), law.before(), law.after()))
        .allSatisfy(e -> assertThat(e).isCloseTo(1.7, within(1e-12)));
  }

  @Test
  void aBreakIsFound() {
    PowerLaw law = fit(x -> x < 8 ? 64 * x : x * x * 8, 1, 2, 4, 8, 16, 64);
    assertThat(law.breaksAt()).isEqualTo(8);
    assertThat(law.before()).isCloseTo(1, within(1e-12));
    assertThat(law.after()).isCloseTo(2, within(1e-12));
    assertThat(law.exponent()).isBetween(1.0, 2.0);
  }

  private static PowerLaw fit(DoubleUnaryOperator cost, double... quantities) {
    return PowerLaw.fit(
        DoubleStream.of(quantities)
            .mapToObj(x -> new PowerLaw.Point(x, cost.applyAsDouble(x)))
            .toList());
  }

  @Test
  void imagesUpToTheLargestThatTheTransformerKnows() {
    GrowthBench bench = new GrowthBench(Recipes.load("quickstart", List.of()), SMALL, 0.001);
    List<GrowthBench.Point> points = bench.run(1, List.of(Quantity.SIZE), Progress.Source.SILENT);
    assertThat(points)
        .extracting(p -> p.work() + " " + p.value())
        .containsExactly(
            "forward 64",
            "training 64",
            "forward 128",
            "training 128",
            "forward 256",
            "training 256");
    assertThat(points).allSatisfy(p -> assertThat(p.seconds()).isPositive());
    assertThat(GrowthBench.fits(points)).hasSize(2);
  }
}
