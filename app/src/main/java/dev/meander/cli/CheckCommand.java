package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.check.Checks;
import dev.meander.cli.check.Line;
import dev.meander.cli.check.Rehearsal;
import dev.meander.cli.terminal.Terminal;
import dev.meander.recipe.Recipes;
import dev.meander.tensor.Hardware;
import dev.meander.train.MemoryPlan;
import dev.meander.train.RewardSet;
import dev.meander.train.TrainConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code meander check}. */
@Command(
    name = "check",
    header = "Try everything that a training will need, before the hours are spent.",
    description = {
      "",
      "One report, a line for each thing and what to do about it: the model and its parts, space on the disk, every prompt"
          + " against every reward, reward servers, memory, each reward on pictures whose scores are known and on the"
          + " model's own, the tokenizers' limits, one rollout and update in miniature with its ratio, and how long the run"
          + " will take.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander check quickstart",
      "  meander check mine.yaml --quick            without loading the model",
      "  meander check sd35m-flow-grpo-geneval --memory 80G --json",
      "",
      "The JSON document: recipe, ready, problems, warnings, lines (level, subject, what, remedy). Exit status: 0 when"
          + " nothing is wrong or only warned of, 1 otherwise."
    })
final class CheckCommand implements Callable<Integer> {
  private static final int SUBJECT = 24;

  @ParentCommand private Meander meander;
  @Mixin private RecipeOptions recipe;
  @Mixin private JsonOption json;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Where the run would write (default: runs/NAME of the recipe).")
  private Path out;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description =
          "What must be enough, e.g. 24G (default: all memory of this machine; unknown with model.device=cuda).")
  private String memory;

  @Option(names = "--quick", description = "Leave out what needs the model loaded.")
  private boolean quick;

  @Override
  public Integer call() {
    TrainConfig config = Recipes.load(recipe.recipe, recipe.settings);
    Terminal terminal = meander.console().terminal(json.on);
    Path run = out == null ? Path.of("runs").resolve(config.name()) : out;
    List<Line> lines;
    try (RewardSet rewards = new RewardSet();
        Rehearsal rehearsal = new Rehearsal(config, run, memory(config), rewards, terminal)) {
      lines =
          Checks.of(config, !quick)
              .run(
                  rehearsal,
                  line -> {
                    if (!json.on) {
                      print(line, terminal);
                    }
                  });
    }
    long problems = count(lines, Line.Level.PROBLEM);
    if (json.on) {
      meander.json(document(lines));
    } else {
      String subject = problems == 0 ? "the run can begin" : "the run cannot begin";
      meander.line("");
      meander.line(
          "%s: %d problem%s, %d warning%s"
              .formatted(
                  subject,
                  problems,
                  problems == 1 ? "" : "s",
                  count(lines, Line.Level.WARNING),
                  count(lines, Line.Level.WARNING) == 1 ? "" : "s"));
    }
    return problems == 0 ? 0 : Failures.FAILED;
  }

  private OptionalLong memory(TrainConfig config) {
    if (memory != null) {
      return OptionalLong.of(MemoryPlan.parseBytes(memory));
    }
    return config.model().device() == Hardware.CUDA
        ? OptionalLong.empty()
        : OptionalLong.of(PlanCommand.machineMemory());
  }

  private static long count(List<Line> lines, Line.Level level) {
    return lines.stream().filter(l -> l.level() == level).count();
  }

  private static void print(Line line, Terminal terminal) {
    String level = line.level().name().replace('_', ' ');
    boolean quiet = line.level() == Line.Level.OK || line.level() == Line.Level.NOT_TRIED;
    String head =
        String.format(
            Locale.ROOT,
            "%-9s  %-" + SUBJECT + "s  ",
            quiet ? level.toLowerCase(Locale.ROOT) : level,
            line.subject());
    String indent = "\n" + " ".repeat(head.length());
    String remedy = line.remedy().isEmpty() ? "" : indent + "-> " + line.remedy();
    (head + line.what().replace("\n", indent) + remedy).lines().forEach(terminal::line);
  }

  private ObjectNode document(List<Line> lines) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    long problems = count(lines, Line.Level.PROBLEM);
    document.put("recipe", recipe.recipe).put("ready", problems == 0);
    document.put("problems", problems).put("warnings", count(lines, Line.Level.WARNING));
    ArrayNode all = document.putArray("lines");
    for (Line line : lines) {
      all.addObject()
          .put("level", line.level().name().toLowerCase(Locale.ROOT))
          .put("subject", line.subject())
          .put("what", line.what())
          .put("remedy", line.remedy());
    }
    return document;
  }
}
