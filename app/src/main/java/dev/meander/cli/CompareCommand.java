package dev.meander.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander compare}. */
@Command(
    name = "compare",
    header = "Put finished runs side by side, those that differ in their seed alone together.",
    description = {
      "",
      "A row for each recipe, with the settings in which they differ: the held-out score before and after and its gain (mean"
          + " and standard deviation over the runs), the gain's 95% interval, by how much the last score is above the first"
          + " row's, with its interval, and what a run cost: images, passes of the network, latents through it, seconds.",
      "",
      "Intervals are over seeds where a recipe has several runs, else over prompts, paired because all evaluations draw"
          + " the same noise. A second run of a recipe and a seed is no second seed: the first one counts. Runs that were evaluated otherwise stand in a table of their own: their scores do not compare.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander compare runs/*",
      "  meander compare runs/* --out compare.html",
      "  meander compare runs/q1 runs/q2 --json"
    })
final class CompareCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Parameters(paramLabel = "RUN", arity = "1..*", description = "Directories of finished runs.")
  private List<Path> runs;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description =
          "Also write a page: the scores, curves, the same images of all runs, what differs.")
  private Path out;

  @Override
  public Integer call() {
    Comparison.of(runs).print(meander.console(), json, Optional.ofNullable(out), Map.of());
    return 0;
  }
}
