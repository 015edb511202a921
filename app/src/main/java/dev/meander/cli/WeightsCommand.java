package dev.meander.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code meander weights}. */
@Command(
    name = "weights",
    header = "Print a schedule with its noise and noise-aware step weights.",
    description = {
      "",
      "JSON of SD3's shifted schedule, and for every trained step Flow-GRPO's noise level, the"
          + " standard deviation of the step and TempFlow-GRPO's weight: that deviation divided by"
          + " its mean.",
      ""
    },
    footer = {"", "Example:", "  meander weights --steps 10 --shift 3 --noise 0.7"})
final class WeightsCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Option(
      names = "--steps",
      paramLabel = "T",
      defaultValue = "10",
      description = "Denoising steps (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--shift",
      paramLabel = "S",
      defaultValue = "3",
      description = "The schedule's shift (default: ${DEFAULT-VALUE}).")
  private double shift;

  @Option(
      names = "--noise",
      paramLabel = "A",
      defaultValue = "0.7",
      description = "The noise level a of Flow-GRPO's SDE (default: ${DEFAULT-VALUE}).")
  private double noise;

  @Option(names = "--last-step", description = "Count the last step among the trained ones.")
  private boolean lastStep;

  @Override
  public Integer call() {
    meander.json(new WeightsReport(steps, shift, noise, lastStep).json());
    return 0;
  }
}
