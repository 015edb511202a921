package dev.meander.internal.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.testing.SampleRuns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceSpreadTest {
  @Test
  void quantilesAreThoseOfAllSamples(@TempDir Path dir) throws IOException {
    Path run = dir.resolve("run");
    for (long rollout = 1; rollout <= 5; rollout++) {
      SampleRuns.trace(run, rollout);
    }

    RunTraces traces = new RunTraces(RunsFolder.of(dir));
    List<TraceSpread> spreads = traces.spreads(run, 2);

    assertThat(spreads).extracting(TraceSpread::rollout).containsExactly(2L, 5L);
    TraceSpread spread = spreads.get(1);
    assertThat(spread.steps()).containsExactly(2, 3);
    // NumPy: quantile([0, 0.5, 1, 1.5], [0, .1, .25, .5, .75, .9, 1])
    assertThat(spread.advantages().get(1))
        .containsExactly(0f, 0.15f, 0.375f, 0.75f, 1.125f, 1.35f, 1.5f);
    assertThat(spread.advantages().get(0)[3]).isZero();
    assertThat(spread.turning().get("shape")).containsExactly(0.25f, 0f);
    assertThat(spread.rewards().get("shape")[6]).isEqualTo(0.625f);
    assertThat(traces.rollouts(run).sheets()).hasSize(5);
  }
}
