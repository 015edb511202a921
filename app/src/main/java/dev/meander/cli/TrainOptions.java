package dev.meander.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What {@code train} and {@code resume} have in common. */
final class TrainOptions {
  @Mixin JsonOption json;

  @Spec(Spec.Target.MIXEE)
  CommandSpec command;

  @Option(
      names = "--allow-changed-inputs",
      description =
          "Resume although files of the model, the prompts or the rewards are not those that the run"
              + " was started with.")
  boolean changedInputs;

  @Option(
      names = LocalProcesses.OPTION,
      paramLabel = "N",
      description =
          "Train with N processes on this machine, each with a GPU of its own on cuda. Several machines need"
              + " a launcher: docs/distributed.md.")
  int processes = 1;
}
