package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Problems;
import dev.meander.schedule.FlowSdeNoise;
import dev.meander.schedule.NoiseLevel;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StaticShift;
import dev.meander.schedule.StepRange;

/**
 * The numbers of a schedule under Flow-GRPO's noise, for anyone to check: {@code meander weights}.
 *
 * @param steps the number of steps T, at least 2 unless the last step counts
 * @param shift the shift s of SD3's schedule
 * @param noiseLevel a of Flow-GRPO's SDE
 * @param lastStep whether the last step is trained too; usually it is the ODE's
 */
public record WeightsReport(int steps, double shift, double noiseLevel, boolean lastStep) {
  public WeightsReport {
    Problems problems = new Problems();
    int least = lastStep ? 1 : 2;
    if (steps < least) {
      problems.add(
          "steps must be at least %d%s, not %d"
              .formatted(least, lastStep ? "" : " when the last step is not trained", steps));
    }
    if (!(shift > 0) || Double.isInfinite(shift)) {
      problems.add("shift must be a positive number (SD3 uses 3), not " + shift);
    }
    if (!(noiseLevel > 0) || Double.isInfinite(noiseLevel)) {
      problems.add("noise must be above 0 (usually 0.7), not " + noiseLevel);
    }
    problems.throwIfAny("weights");
  }

  /**
   * {@code schedule} [T+1], and for the trained steps {@code steps}, {@code noise_level} (s),
   * {@code std} (s*sqrt(delta)) and {@code weights} (std over its mean), all [n].
   */
  public ObjectNode json() {
    SigmaSchedule schedule = new StaticShift(shift).schedule(steps);
    NoiseLevel noise = new FlowSdeNoise(noiseLevel);
    StepRange trained = new StepRange(0, lastStep ? steps : steps - 1);
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    ArrayNode sigmas = report.putArray("schedule");
    for (float sigma : schedule.sigmas()) {
      sigmas.add(sigma);
    }
    trained.steps().forEach(report.putArray("steps")::add);
    ArrayNode levels = report.putArray("noise_level");
    trained.steps().forEach(k -> levels.add(noise.level(schedule, k)));
    addAll(report.putArray("std"), noise.stds(schedule, trained));
    addAll(report.putArray("weights"), noise.meanOneStds(schedule, trained));
    return report;
  }

  private static void addAll(ArrayNode array, double[] values) {
    for (double value : values) {
      array.add(value);
    }
  }
}
