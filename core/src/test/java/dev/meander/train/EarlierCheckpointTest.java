package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.internal.checkpoint.Checkpoints;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlierCheckpointTest {
  /** What the checkpoint says now is what the metrics say of the same rollouts. */
  @Test
  void scoresAndWatchAreFoundInTheMetrics(@TempDir Path run) {
    TinyRun.run(run, false, "rollouts=5");
    RunDirectory directory = new RunDirectory(run);
    ObjectNode saved =
        new Checkpoints(directory.checkpoints(), 2).latest().orElseThrow().checkpoint().state();
    TrainState whole = TrainState.fromJson(saved);
    assertThat(whole.scores()).containsOnlyKeys(0L, 2L, 4L);
    assertThat(whole.watch().histories().get("mean_color")).hasSize(4);
    ObjectNode earlier = saved.deepCopy();
    earlier.remove(List.of("scores", "gold_watch"));
    assertThat(TrainState.fromJson(earlier).scores()).isEmpty();

    TrainState completed =
        EarlierCheckpoint.complete(TinyRun.config("rollouts=5"), earlier, directory.metrics());

    assertThat(completed.watch()).isEqualTo(whole.watch());
    // The evaluation at the end came after the last checkpoint: resuming cuts it off.
    assertThat(completed.scores()).containsAllEntriesOf(whole.scores()).hasSize(4);
    assertThat(EarlierCheckpoint.complete(TinyRun.config(), saved, run.resolve("none")))
        .isEqualTo(whole);
  }
}
