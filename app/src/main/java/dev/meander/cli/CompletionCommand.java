package dev.meander.cli;

import dev.meander.config.Setting;
import dev.meander.recipe.Recipes;
import dev.meander.train.TrainConfig;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code meander completion}. */
@Command(
    name = "completion",
    header = "Print what completes commands, options, recipes and settings in a shell.",
    footer = {
      "",
      "Once for each session, or in the shell's start-up file (the folder of meander must be on the PATH):",
      "  bash:  source <(meander completion bash)",
      "  zsh:   autoload -U +X compinit && compinit && source <(meander completion zsh)",
      "  fish:  meander completion fish | source"
    })
final class CompletionCommand implements Callable<Integer> {
  private static final String NAME = "meander";

  /** Shells whose completions can be printed. */
  enum Shell {
    BASH,
    ZSH,
    FISH
  }

  /** The names of bundled recipes. */
  static final class RecipeNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Recipes.BUNDLED.iterator();
    }
  }

  /** The keys that {@code --set} may change, with the equals sign. */
  static final class SettingKeys implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Setting.all(TrainConfig.class).stream()
          .map(s -> s.key().replace("[]", "[0]") + "=")
          .distinct()
          .iterator();
    }
  }

  @Spec private CommandSpec spec;
  @CommandLine.ParentCommand private Meander meander;

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
  private Shell shell;

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    String script =
        shell == Shell.FISH ? fish(root) : AutoComplete.bash(NAME, root); // zsh reads bash's
    meander.console().out().print(script);
    meander.console().out().flush();
    return 0;
  }

  private static String fish(CommandLine root) {
    List<String> lines = new ArrayList<>();
    lines.add("complete -c " + NAME + " -e");
    commands(root, "not __fish_seen_subcommand_from " + names(root), lines);
    root.getSubcommands()
        .forEach(
            (name, command) -> {
              String here = "__fish_seen_subcommand_from " + name;
              String first =
                  command.getSubcommands().isEmpty()
                      ? here
                      : here + "; and not __fish_seen_subcommand_from " + names(command);
              commands(command, first, lines);
              inside(command, here, lines);
            });
    return String.join("\n", lines) + "\n";
  }

  private static String names(CommandLine command) {
    return String.join(" ", command.getSubcommands().keySet());
  }

  private static void commands(CommandLine command, String when, List<String> lines) {
    command
        .getSubcommands()
        .forEach(
            (name, sub) ->
                lines.add(line(when) + " -f -a " + name + described(header(sub.getCommandSpec()))));
  }

  private static String header(CommandSpec spec) {
    String[] header = spec.usageMessage().header();
    return header.length == 0 ? "" : header[0];
  }

  private static void inside(CommandLine command, String when, List<String> lines) {
    for (OptionSpec option : command.getCommandSpec().options()) {
      StringBuilder line = new StringBuilder(line(when));
      for (String name : option.names()) {
        boolean isLong = name.startsWith("--");
        line.append(isLong ? " -l " : " -s ").append(name.substring(isLong ? 2 : 1));
      }
      if (option.arity().max() > 0) {
        line.append(" -r");
      }
      values(option.completionCandidates(), line);
      String[] text = option.description();
      lines.add(line + described(text.length == 0 ? "" : text[0]));
    }
    command
        .getCommandSpec()
        .positionalParameters()
        .forEach(
            parameter -> {
              StringBuilder line = new StringBuilder(line(when));
              values(parameter.completionCandidates(), line);
              if (line.indexOf(" -a ") > 0) {
                lines.add(line.toString());
              }
            });
  }

  private static void values(Iterable<String> candidates, StringBuilder line) {
    if (candidates != null) {
      line.append(" -a ").append(quoted(String.join(" ", candidates)));
    }
  }

  private static String line(String when) {
    return "complete -c " + NAME + " -n " + quoted(when);
  }

  private static String described(String text) {
    return text.isEmpty() ? "" : " -d " + quoted(text.replace("%%", "%").replace("%n", " "));
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
