package dev.meander.train;

import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.image.Image;
import dev.meander.internal.checkpoint.Checkpoints;
import dev.meander.internal.runs.TraceStore;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.weights.AtomicFile;
import dev.meander.weights.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.function.LongSupplier;
import org.bytedeco.pytorch.Tensor;

/** The files of a run in its directory. */
final class RunFiles extends RunOutput {
  private final RunDirectory run;
  private final EventBus events;
  private final LongSupplier metricsBytes;
  private final Checkpoints checkpoints;
  private final Map<String, String> metadata;
  private final SampleSheet sheet;
  private final TraceWriter traces;

  /**
   * Names the files; nothing is written yet.
   *
   * @param metricsBytes the bytes of the metrics file so far
   */
  RunFiles(
      TrainConfig config,
      PolicyWeights weights,
      SigmaSchedule schedule,
      RunDirectory run,
      EventBus events,
      LongSupplier metricsBytes) {
    this.run = run;
    this.events = events;
    this.metricsBytes = metricsBytes;
    this.checkpoints = new Checkpoints(run.checkpoints(), config.checkpoints().keep());
    this.metadata = weights.described();
    this.sheet = new SampleSheet(run, events);
    this.traces = new TraceWriter(config, schedule, new TraceStore(run.root()));
  }

  @Override
  String lastCheckpoint() {
    return checkpoints
        .latest()
        .map(l -> l.checkpoint().directory().toString())
        .orElseGet(super::lastCheckpoint);
  }

  @Override
  long lastStep() {
    return checkpoints.latest().map(l -> l.checkpoint().step()).orElse(0L);
  }

  @Override
  void discard(long step) {
    checkpoints.drop(step);
  }

  @Override
  long metricsBytes() {
    return metricsBytes.getAsLong();
  }

  @Override
  void trace(
      long rollout, Map<Integer, Image> pictures, RewardStage.Scored scored, boolean[][] trained) {
    traces.record(rollout, pictures, scored, trained);
    if (!pictures.isEmpty()) {
      String sheet = run.root().relativize(traces.store().sheet(rollout)).toString();
      events.publish(new Event.RolloutDrawn(rollout, sheet));
    }
  }

  @Override
  void samples(long step, Evaluator.Result result) {
    result.detail().write(run.root(), step);
    sheet.draw(step, result);
  }

  @Override
  void checkpoint(TrainState state, Map<String, Map<String, Tensor>> groups) {
    String path =
        run.root()
            .relativize(checkpoints.save(state.rollouts(), state.toJson(), groups, metadata))
            .toString();
    events.publish(new Event.CheckpointSaved(state.rollouts(), path));
  }

  @Override
  void trained(PolicyWeights weights) {
    weights.save(run.adapter());
  }

  /** Writes in one piece: until the new weights are whole, the old ones stay. */
  @Override
  void best(PolicyWeights weights, long step, double score) {
    Path aside = run.root().resolve(".adapter-best");
    try {
      Folder.delete(aside);
      weights.save(aside);
      String note = "{\"step\":%d,\"score\":%s}\n".formatted(step, score);
      AtomicFile.write(aside.resolve("evaluation.json"), note);
      Folder.delete(run.bestAdapter());
      Files.move(aside, run.bestAdapter(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UserError("cannot write " + run.bestAdapter() + ": " + StrictJson.fault(e), e);
    }
  }

  @Override
  void raw(PolicyWeights weights) {
    weights.save(run.rawAdapter());
  }
}
