package dev.meander.cli;

import dev.meander.config.UserError;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * {@code meander help COMMAND}; picocli's own has an option {@code -h}, which all commands inherit
 * here.
 */
@Command(
    name = "help",
    header = "Show the help of a command.",
    helpCommand = true,
    footer = {"", "Examples:", "  meander help train"})
final class HelpCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Spec private CommandLine.Model.CommandSpec spec;

  @Parameters(paramLabel = "COMMAND", arity = "0..1", description = "The command (default: all).")
  private String command;

  @Override
  public Integer call() {
    CommandLine parent = spec.parent().commandLine();
    Map<String, CommandLine> commands = parent.getSubcommands();
    if (command != null && !commands.containsKey(command)) {
      throw new UserError(
          "there is no command %s; there are %s"
              .formatted(command, String.join(", ", commands.keySet())));
    }
    (command == null ? parent : commands.get(command)).usage(meander.console().out());
    return 0;
  }
}
