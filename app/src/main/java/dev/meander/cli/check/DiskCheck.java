package dev.meander.cli.check;

import dev.meander.cli.text.Bytes;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.train.MemoryPlan;
import dev.meander.train.RunCost;
import dev.meander.train.RunDirectory;
import dev.meander.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Space for what a run writes: checkpoints, trained weights, traces and their pictures. */
final class DiskCheck implements Check {
  private static final int PIXEL = 3;
  private static final int SHEET_SIDE = 128;
  private static final int SAMPLES = 24;

  /** A number of a trace as JSON. */
  private static final int NUMBER = 12;

  private static final int PROMPT = 200;

  @Override
  public String subject() {
    return "disk";
  }

  @Override
  public List<Line> run(Rehearsal rehearsal) {
    List<Line> lines = new ArrayList<>();
    if (new RunDirectory(rehearsal.run()).exists()) {
      lines.add(
          Line.warning(
              subject(),
              rehearsal.run() + " holds a run already",
              "continue it with --resume, replace it with --overwrite, or give another directory with --out"));
    }
    TrainConfig config = rehearsal.config();
    MemoryPlan plan =
        new MemoryPlan(config, rehearsal.sizes().get(), 0, new MemoryPlan.Measured(0, 0, 0), 1);
    double weights = weights(config, plan.summed());
    double traces = traces(config);
    long free = free(rehearsal.run());
    String what =
        "%s for checkpoints and weights and %s for traces and pictures, %s free in %s"
            .formatted(
                Bytes.text((long) weights),
                Bytes.text((long) traces),
                Bytes.text(free),
                existing(rehearsal.run()));
    lines.add(
        weights + traces <= free
            ? Line.ok(subject(), what)
            : Line.problem(
                subject(),
                what,
                "keep fewer checkpoints (checkpoints.keep: %d), draw fewer pictures (insight.every: %d), or give a larger disk with --out"
                    .formatted(config.checkpoints().keep(), config.insight().every())));
    return lines;
  }

  /** Each checkpoint has the weights and both moments; one more is there while it is written. */
  private static double weights(TrainConfig config, long trained) {
    int averages = config.update().ema().isPresent() ? 1 : 0;
    int saved = 2 * (1 + averages); // in PEFT's and diffusers' form
    return trained * ((config.checkpoints().keep() + 1.0) * (3 + averages) + saved);
  }

  private static double traces(TrainConfig config) {
    TrainConfig.Data data = config.data();
    int steps = config.method().window().window(config.sampling().steps(), config.seed(), 0).size();
    double rows = (double) data.promptsPerRollout() * data.groupSize();
    double numbers = steps * (1 + 3.0 * config.rewards().size());
    RunCost cost = RunCost.of(config, 0, RunCost.Pace.UNKNOWN);
    double all = cost.rollouts() * rows * (PROMPT + NUMBER * numbers);
    int every = config.insight().every();
    if (every > 0) {
      double sheets = Math.ceil(cost.rollouts() / (double) every);
      double shown = Math.min(config.insight().groups(), data.promptsPerRollout());
      boolean more = config.method().credit().needsCompletions();
      double pictures = shown * data.groupSize() * (more ? steps + 1 : 1);
      all += sheets * pictures * SHEET_SIDE * SHEET_SIDE * PIXEL;
    }
    double pixels = (double) config.model().height() * config.model().width();
    return all + cost.evaluations() * SAMPLES * pixels * PIXEL;
  }

  private static long free(Path run) {
    Path directory = existing(run);
    try {
      return Files.getFileStore(directory).getUsableSpace();
    } catch (IOException e) {
      throw new UserError(
          "cannot tell the free space of " + directory + ": " + StrictJson.fault(e), e);
    }
  }

  /** The nearest directory that is there. */
  private static Path existing(Path run) {
    Path at = run.toAbsolutePath().normalize();
    while (!Files.isDirectory(at)) {
      at = at.getParent();
    }
    return at;
  }
}
