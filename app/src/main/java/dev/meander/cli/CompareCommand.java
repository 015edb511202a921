package dev.meander.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander compare}. */
@Command(
    name = "compare",
    header = "Put finished runs side by side, runs of one recipe together.",
    description = {
      "",
      "For each recipe: the held-out score before and after and its gain (mean and standard deviation over the runs), and"
          + " what a run cost: images, passes of the network, latents through it, seconds of training.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander compare runs/*",
      "  meander compare runs/q1 runs/q2 --json"
    })
final class CompareCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Parameters(paramLabel = "RUN", arity = "1..*", description = "Directories of finished runs.")
  private List<Path> runs;

  @Override
  public Integer call() {
    Comparison.of(runs).print(meander.console(), json);
    return 0;
  }
}
