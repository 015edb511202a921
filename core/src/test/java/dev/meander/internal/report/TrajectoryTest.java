package dev.meander.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.internal.runs.RolloutTrace;
import dev.meander.internal.runs.TraceStore;
import dev.meander.testing.PageData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void aWrongFieldIsNamed() throws Exception {
    String right = Files.readString(store.file(2));
    Files.writeString(store.file(2), right.replace("\"credit\":[", "\"credit\":[{},"));
    assertThatThrownBy(() -> store.read(2))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            "rollout-000002.json is damaged: rows.terms.credit is missing or wrong");
  }

  /** Null is no 0, and steps are those of the schedule. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[2.0,1.0,4.0]|[2.0,null,4.0]",
        "[2.0,1.0,4.0]|[2.0,\"x\",4.0]",
        "[2.0,1.0,4.0]|[2.0,1.0]",
        "\"weights\":[1.5,0.5]|\"weights\":[1.5,null]",
        "\"steps\":[3,4]|\"steps\":[3,null]",
        "\"steps\":[3,4]|\"steps\":[3,10]",
        "\"steps\":[3,4]|\"steps\":[-1,4]",
        "\"total_steps\":10|\"total_steps\":null",
        "\"trained\":[true,false]|\"trained\":[true,null]",
        "\"kind\":\"STEPS\"|\"kind\":null"
      })
  void aValueThatIsMissingOrWrongIsNoZero(String part, String wrong) throws Exception {
    String right = Files.readString(store.file(2));
    assertThat(right).contains(part);
    Files.writeString(store.file(2), right.replace(part, wrong));

    assertThatThrownBy(() -> store.read(2))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("rollout-000002.json is damaged");
  }

  @Test
  void thePageHoldsTheRolloutAndItsPictures() throws Exception {
    Path file = run.resolve("explain.html");
    ExplainPage.write(file, store, find(1L, "star", 1));

    JsonNode page = PageData.of(file);
    String name = run.getFileName().toString();
    assertThat(page.path("chosen").path("rollout").asInt()).isEqualTo(1);
    assertThat(page.path("chosen").path("group").asInt()).isZero();
    assertThat(page.path("chosen").path("sample").asInt()).isEqualTo(1);
    assertThat(page.path("trace").path(name).path("rows")).hasSize(4);
    assertThat(page.path("trace").path(name).at("/rows/1/terms/0/turning_points/1").asBoolean())
        .isTrue();
    assertThat(page.path("images").path(name).path("traces/rollout-000001.png").asText())
        .startsWith("data:image/png;base64,");

    ExplainPage.write(file, store, find(2L, "circles", 0));
    assertThat(file).content().doesNotContain("<Circles>", "data:image/png");
    assertThat(PageData.of(file).path("trace").path(name).at("/rows/2/prompt").asText())
        .isEqualTo("two <Circles>");
  }

  @Test
  void theProbesPageHoldsEveryStepAndItsInterval() throws Exception {
    Path file = run.resolve("probe.html");
    ProbePage.write(
        file,
        "mine",
        "1 prompt",
        1,
        List.of(
            new StepSpread(0, 1, 0.4, 0.125, 0.5, 1.6),
            new StepSpread(1, 0.9, 0.1, Double.NaN, 0.5, 0.4)));

    JsonNode probe = PageData.of(file).path("probe");
    assertThat(probe.path("measured").asText()).isEqualTo("1 prompt");
    assertThat(probe.at("/steps/0/half").asDouble()).isEqualTo(0.125);
    assertThat(probe.at("/steps/1/half").isNumber()).isFalse();
  }
}
