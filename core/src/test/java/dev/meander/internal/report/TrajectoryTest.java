package dev.meander.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.image.Image;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrajectoryTest {
  @TempDir private Path run;
  private TraceStore store;

  private static RolloutTrace.Row row(String prompt, long group, boolean point, float advantage) {
    RolloutTrace.Term term =
        new RolloutTrace.Term(
            "shapes",
            new float[] {2, 1, 4},
            new float[0],
            new float[] {-1, 3},
            new boolean[] {false, point});
    return new RolloutTrace.Row(
        prompt,
        group,
        0,
        true,
        new float[] {advantage, 0},
        new boolean[] {true, false},
        List.of(term),
        group == 0
            ? List.of(
                new RolloutTrace.Picture(0, 0, 4, 4),
                new RolloutTrace.Picture(4, 0, 4, 4),
                new RolloutTrace.Picture(8, 0, 4, 4))
            : List.of());
  }

  @BeforeEach
  void traces() {
    store = new TraceStore(run);
    for (long rollout : new long[] {1, 2}) {
      store.write(
          new RolloutTrace(
              rollout,
              RolloutTrace.Kind.STEPS,
              10,
              new int[] {3, 4},
              new double[] {1.5, 0.5},
              List.of(
                  row("a red star", 0, false, 3),
                  row("a red star", 0, true, 0.1f),
                  row("two <Circles>", 1, false, 0),
                  row("two <Circles>", 1, false, -2))));
    }
    store.write(1, new Image(12, 4, new byte[12 * 4 * 3]));
  }

  private Trajectory find(Long rollout, String prompt, Integer sample) {
    return Trajectory.find(
        store,
        rollout == null ? OptionalLong.empty() : OptionalLong.of(rollout),
        Optional.ofNullable(prompt),
        sample == null ? OptionalInt.empty() : OptionalInt.of(sample));
  }

  @Test
  void aTraceIsReadAsItWasWritten() {
    RolloutTrace trace = store.read(2);

    assertThat(store.rollouts()).containsExactly(1L, 2L);
    assertThat(trace.weights()).containsExactly(1.5, 0.5);
    assertThat(trace.rows().get(1).terms().get(0).turningPoints()).containsExactly(false, true);
    assertThat(trace.rows().get(0).pictures().get(2).x()).isEqualTo(8);
  }

  @Test
  void picturesThenTurningPointsAreChosenFirst() {
    Trajectory found = find(null, null, null);

    assertThat(found.trace().rollout()).isEqualTo(1);
    assertThat(found.row()).isEqualTo(1);
    assertThat(found.sample()).isEqualTo(1);
  }

  @Test
  void aPromptIsFoundByAPartOfIt() {
    Trajectory found = find(2L, "circles", null);

    assertThat(found.row()).isEqualTo(3); // the larger advantage
    assertThat(found.sample()).isEqualTo(1);
    assertThat(find(null, "two", 0).row()).isEqualTo(2);
  }

  @Test
  void stepsTellWhatHappened() {
    Trajectory found = find(1L, "star", 1);
    List<Trajectory.Step> steps = found.steps(found.numbers().terms().get(0));

    assertThat(found.start(found.numbers().terms().get(0))).isEqualTo(2);
    assertThat(steps.get(0))
        .isEqualTo(new Trajectory.Step(3, 2, 1, -1, -1, false, 0.1f, 1.5, true));
    assertThat(steps.get(1)).isEqualTo(new Trajectory.Step(4, 1, 4, 3, 3, true, 0, 0.5, false));
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThatThrownBy(() -> find(7L, null, null))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no trace of rollout 7; it has 1 to 2");
    assertThatThrownBy(() -> find(1L, "zebra", null))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("zebra")
        .hasMessageContaining("a red star; two <Circles>");
    assertThatThrownBy(() -> find(null, "zebra", null))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("zebra");
    assertThatThrownBy(() -> find(1L, "star", 2))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("0 to 1");
    assertThatThrownBy(
            () ->
                Trajectory.find(
                    new TraceStore(run.resolve("none")),
                    OptionalLong.empty(),
                    Optional.empty(),
                    OptionalInt.empty()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("has no traces");
  }

  @Test
  void aDamagedTraceIsNamed() throws Exception {
    Files.writeString(store.file(2), "{\"rollout\": ");

    assertThatThrownBy(() -> store.read(2))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("rollout-000002.json is damaged");
  }

  @Test
  void thePageStandsAlone() {
    String page =
        ExplainPage.html(find(1L, "star", 1), Optional.of(new Image(12, 4, new byte[12 * 4 * 3])));

    assertThat(page).containsOnlyOnce("<em>turning point</em>").containsOnlyOnce("not trained");
    assertThat(page.split("data:image/png;base64,", -1)).hasSize(4);
    assertThat(page).contains("R 4.000", "+3.000", "<svg").doesNotContain("src=\"http", "<link");
    assertThat(ExplainPage.html(find(1L, "circles", 0), Optional.empty()))
        .contains("two &lt;Circles&gt;")
        .doesNotContain("<Circles>", "<img");
  }

  @Test
  void theProbesPageShowsBothCurvesAndEveryStep() {
    String page =
        ProbePage.html(
            "mine",
            "2 prompts",
            List.of(new StepSpread(0, 1, 0.4, 0.5, 1.6), new StepSpread(1, 0.9, 0.1, 0.5, 0.4)));

    assertThat(page).contains("reward spread / its mean", "noise-aware weight", "0.400", "1.600");
    assertThat(page.split("<tr><th>\\d", -1)).hasSize(3);
  }
}
