package dev.meander.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.cli.bench.Bench;
import dev.meander.cli.terminal.Terminal;
import dev.meander.cli.text.Table;
import dev.meander.config.Keys;
import dev.meander.config.UserError;
import dev.meander.internal.checkpoint.Provenance;
import dev.meander.tensor.Engine;
import dev.meander.train.TrainConfig;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program {@code meander}. */
@Command(
    name = "meander",
    header = "Reinforcement learning for flow-matching text-to-image models.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TrainCommand.class,
      ResumeCommand.class,
      CheckCommand.class,
      EvalCommand.class,
      ScoreCommand.class,
      GenerateCommand.class,
      PretrainCommand.class,
      RecipesCommand.class,
      MergeCommand.class,
      InspectCommand.class,
      PlanCommand.class,
      ExplainCommand.class,
      StudyCommand.class,
      CompareCommand.class,
      DashboardCommand.class,
      ProbeCommand.class,
      BenchCommand.class,
      RewardServerCommand.class,
      CreditCommand.class,
      WeightsCommand.class,
      ClasspathCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    },
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    versionProvider = Meander.Version.class,
    footer = {
      "",
      "Begin with:",
      "  meander train quickstart             trains the bundled model; then open the report it names",
      "  meander generate \"a photo of three squares\" --adapter runs/quickstart",
      "",
      "Every command explains itself with --help. Exit status: 0 done, 1 failed, 2 wrong input."
    })
public final class Meander implements Runnable {
  /** The width of help where the terminal's is not known, and the most that is read easily. */
  private static final int HELP_WIDTH = 100;

  private static final int NARROWEST_HELP = 55; // picocli's own limit

  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  private boolean version;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean debug;

  private Meander(Console console) {
    this.console = console;
  }

  /** Runs the program and ends the process with its exit status. */
  public static void main(String[] args) {
    Console console = new Console(System.out, System.err);
    if (Arrays.asList(args).contains("--json")) {
      System.setOut(System.err); // whatever a library prints must not spoil the document
    }
    Interrupt interrupt = Interrupt.install(console.err());
    int status = run(console, args);
    interrupt.disarm();
    if (status != 0 && TrainProcess.isShared()) {
      System.out.flush();
      Engine.leave(status); // other processes may be gone, and native libraries would wait for them
    }
    System.exit(status);
  }

  /** Runs one command line in this process. */
  static int run(Console console, String... args) {
    CommandLine line = commandLine(console);
    Meander meander = line.getCommand();
    Failures failures = new Failures(console.err(), () -> meander.debug);
    line.setExecutionExceptionHandler(failures);
    line.setParameterExceptionHandler(failures);
    try {
      requireReadable(args);
      return line.execute(args);
    } catch (UserError e) {
      return failures.report(e);
    } catch (Error e) {
      return failures.report(e);
    }
  }

  /** Everything that can be given on the command line. */
  static CommandLine commandLine(Console console) {
    CommandLine line = new CommandLine(new Meander(console));
    line.setOut(writer(console.out()));
    line.setErr(writer(console.err()));
    line.setUsageHelpWidth(helpWidth(Terminal.knownColumns()));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    types(line, TrainConfig.Precision.class);
    types(line, MergeCommand.Type.class);
    types(line, Bench.Type.class);
    line.registerConverter(double.class, Meander::finite);
    line.registerConverter(Double.class, Meander::finite);
    return line;
  }

  /** NaN compares with nothing, and so would pass for whatever a comparison leaves. */
  private static Double finite(String text) {
    double number;
    try {
      number = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      number = Double.NaN;
    }
    if (!Double.isFinite(number)) {
      throw new CommandLine.TypeConversionException("'" + text + "' is not a finite number");
    }
    return number;
  }

  /** Types of numbers go by the names of recipes and by those of safetensors everywhere. */
  private static <E extends Enum<E>> void types(CommandLine line, Class<E> type) {
    line.registerConverter(
        type,
        text ->
            Keys.constant(type, text)
                .orElseThrow(
                    () ->
                        new CommandLine.TypeConversionException(
                            "expected one of %s but was '%s'"
                                .formatted(
                                    Arrays.stream(type.getEnumConstants())
                                        .map(c -> c.name().toLowerCase(Locale.ROOT))
                                        .collect(Collectors.joining(", ")),
                                    text))));
  }

  static int helpWidth(OptionalInt terminal) {
    return Math.max(NARROWEST_HELP, Math.min(HELP_WIDTH, terminal.orElse(HELP_WIDTH)));
  }

  /** Java puts U+FFFD where bytes are no characters of the locale: another text than was meant. */
  private static void requireReadable(String... args) {
    for (String arg : args) {
      if (arg.indexOf('\uFFFD') >= 0) {
        throw new UserError(
            "the argument %s cannot be read in this locale (LC_ALL %s, LANG %s, read as %s); set LC_ALL=C.UTF-8"
                .formatted(
                    arg,
                    System.getenv().getOrDefault("LC_ALL", "not set"),
                    System.getenv().getOrDefault("LANG", "not set"),
                    System.getProperty("sun.jnu.encoding")));
      }
    }
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true);
  }

  Console console() {
    return console;
  }

  /** Writes a line for people. */
  void line(String text) {
    console.line(text);
  }

  /** Writes a table for people. */
  void print(Table table) {
    table.lines().forEach(console::line);
  }

  /** Writes the one document of a command with {@code --json}. */
  void json(JsonNode document) {
    console.json(document);
  }

  @Override
  public void run() {
    spec.commandLine().usage(console.out());
  }

  /** The version as the build recorded it. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      Provenance here = Provenance.collect(java.util.Map.of(), java.util.List.of());
      return new String[] {
        "meander " + here.version() + here.gitCommit().map(c -> " (" + c + ")").orElse(""),
        here.engine() + ", Java " + here.java() + ", " + here.os()
      };
    }
  }
}
