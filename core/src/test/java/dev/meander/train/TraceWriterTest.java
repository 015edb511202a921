package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meander.credit.IncrementalCredit;
import dev.meander.credit.RewardTrace;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.internal.runs.RolloutTrace;
import dev.meander.internal.runs.TraceStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceWriterTest {
  private static final String[] SHORT = {"rollouts=2", "evaluation.limit=1", "evaluation.every=0"};

  @TempDir private Path temp;

  private TraceStore run(String... overrides) {
    String[] all = Arrays.copyOf(SHORT, SHORT.length + overrides.length);
    System.arraycopy(overrides, 0, all, SHORT.length, overrides.length);
    TinyRun.run(temp.resolve("run"), false, all);
    return new TraceStore(temp.resolve("run"));
  }

  @Test
  void chainsLeaveTheRewardAfterEveryStep() throws Exception {
    TraceStore store = run("method.credit=incremental", "insight.groups=1");

    assertThat(store.rollouts()).containsExactly(1L, 2L);
    RolloutTrace trace = store.read(1);
    assertThat(trace.kind()).isEqualTo(RolloutTrace.Kind.STEPS);
    assertThat(trace.steps()).containsExactly(0, 1, 2);
    assertThat(trace.weights()).containsExactly(1, 1, 1);
    assertThat(trace.rows()).hasSize(6);
    for (RolloutTrace.Row row : trace.rows()) {
      RolloutTrace.Term term = row.terms().get(0);
      assertThat(term.name()).isEqualTo("brightness");
      double[] rewards = new double[4];
      Arrays.setAll(rewards, j -> term.rewards()[j]);
      double[] credit =
          new IncrementalCredit()
              .assign(new RewardTrace(3, new double[][] {rewards}))
              .stepRewards()[0];
      for (int j = 0; j < 3; j++) {
        assertThat((double) term.credit()[j]).isCloseTo(credit[j], within(1e-6));
        assertThat(trace.change(term, j)).isCloseTo(credit[j], within(1e-6));
      }
      assertThat(row.trained()).containsOnly(true);
    }
    // One group of three is on the sheet, and it is one with something to learn.
    List<RolloutTrace.Row> shown =
        trace.rows().stream().filter(row -> !row.pictures().isEmpty()).toList();
    assertThat(shown).hasSize(3);
    assertThat(shown).allSatisfy(row -> assertThat(row.pictures()).hasSize(4));
    assertThat(shown.stream().map(RolloutTrace.Row::group).distinct()).hasSize(1);
    assertThat(shown).anySatisfy(row -> assertThat(row.advantages()).isNotEqualTo(new float[3]));
    assertThat(trace.rows().get(0).prompt()).isNotEqualTo(trace.rows().get(3).prompt());
  }

  @Test
  void aPictureOnTheSheetHasTheRewardThatIsWrittenBesideIt() throws Exception {
    TraceStore store = run("method.credit=incremental");

    Image sheet = Png.read(store.sheet(1));
    RolloutTrace.Row row = store.read(1).rows().get(1);
    for (int j = 0; j < 4; j++) {
      RolloutTrace.Picture box = row.pictures().get(j);
      double sum = 0;
      for (int y = 0; y < box.height(); y++) {
        for (int x = 0; x < 3 * box.width(); x++) {
          sum += sheet.at(box.x() + x / 3, box.y() + y, x % 3);
        }
      }
      double brightness = sum / (255.0 * 3 * box.width() * box.height());
      assertThat(brightness).isCloseTo(row.terms().get(0).rewards()[j], within(1e-5));
    }
    assertThat(store.sheet(2)).doesNotExist();
  }

  @Test
  void branchesLeaveTheirTrunkToo() {
    TraceStore store =
        run(
            "method.plan={type: branches, branches: 3, trunk: sde}",
            "method.credit=turning_point",
            "method.weight=noise_aware",
            "insight.every=0");

    RolloutTrace trace = store.read(2);
    assertThat(trace.kind()).isEqualTo(RolloutTrace.Kind.BRANCHES);
    RolloutTrace.Term trunk = trace.rows().get(0).terms().get(0);
    RolloutTrace.Term branch = trace.rows().get(1).terms().get(0);
    assertThat(trace.rows().stream().map(RolloutTrace.Row::trunk))
        .containsExactly(true, false, false, true, false, false);
    assertThat(branch.trunk()).isEqualTo(trunk.trunk()).hasSize(4);
    assertThat(trace.change(branch, 1)).isEqualTo(branch.rewards()[1] - trunk.rewards()[0]);
    assertThat(Arrays.copyOfRange(trunk.trunk(), 1, 4)).isEqualTo(trunk.rewards());
    assertThat(Arrays.stream(trace.weights()).average().orElseThrow()).isCloseTo(1, within(1e-12));
    assertThat(store.sheet(1)).doesNotExist();
  }

  @Test
  void rulesThatLookAtTheEndLeaveOneReward() throws Exception {
    TraceStore store = run("method.selection.step_fraction=0.34", "rollouts=1");

    RolloutTrace trace = store.read(1);
    assertThat(trace.kind()).isEqualTo(RolloutTrace.Kind.FINAL);
    RolloutTrace.Row row = trace.rows().get(0);
    assertThat(row.terms().get(0).rewards()).hasSize(1);
    assertThat(trace.change(row.terms().get(0), 2)).isNaN();
    int trained = 0;
    for (boolean step : row.trained()) {
      trained += step ? 1 : 0;
    }
    assertThat(trained).isEqualTo(1);
    assertThat(Files.size(store.file(1))).isLessThan(4000);
  }
}
