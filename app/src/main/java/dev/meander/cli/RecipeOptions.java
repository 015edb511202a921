package dev.meander.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A recipe, and changes to it. */
final class RecipeOptions {
  @Parameters(
      paramLabel = "RECIPE",
      completionCandidates = CompletionCommand.RecipeNames.class,
      description = "A bundled recipe's name (see: meander recipes), or a YAML file.")
  String recipe;

  @Option(
      names = {"-s", "--set"},
      paramLabel = "KEY=VALUE",
      completionCandidates = CompletionCommand.SettingKeys.class,
      description = {
        "Change a setting; repeatable. The value is YAML:",
        "--set seed=2 --set update.learning_rate.peak=1e-4 --set rewards[0].weight=2"
      })
  List<String> settings = new ArrayList<>();
}
