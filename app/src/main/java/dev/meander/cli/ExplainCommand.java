package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.text.Table;
import dev.meander.config.UserError;
import dev.meander.internal.report.ExplainPage;
import dev.meander.internal.report.Trajectory;
import dev.meander.internal.runs.RolloutTrace;
import dev.meander.internal.runs.TraceStore;
import dev.meander.train.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander explain}. */
@Command(
    name = "explain",
    header = "Show what each step of one trajectory earned, and why.",
    description = {
      "",
      "Prints the rewards R of a sample's completions by stochastic step, their changes r, the credit and the"
          + " advantage of every step, turning points marked; and writes a page with the pictures. Every rollout of a"
          + " run leaves these numbers; how often it leaves pictures is the recipe's `insight`.",
      "",
      "What is not named is chosen: the latest rollout with pictures, and of it the sample with the most turning"
          + " points, or else the largest advantage.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander explain runs/quickstart",
      "  meander explain runs/quickstart --step 11 --prompt \"two triangles\" --sample 3"
    })
final class ExplainCommand implements Callable<Integer> {
  private static final String PAGE = "explain.html";

  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Parameters(paramLabel = "RUN", description = "The directory of a training run.")
  private Path run;

  @Option(names = "--step", paramLabel = "N", description = "The rollout, counted from 1.")
  private Long step;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "The prompt, or a part of it.")
  private String prompt;

  @Option(
      names = "--sample",
      paramLabel = "N",
      description = "Which sample of the prompt's group, from 0.")
  private Integer sample;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "The page (default: explain.html in the run's directory).")
  private Path out;

  @Override
  public Integer call() {
    if (!Files.isDirectory(run)) {
      throw new UserError("there is no run directory " + run);
    }
    if (!new RunDirectory(run).exists()) {
      throw new UserError(run + " is not a run: it has no recipe.yaml");
    }
    TraceStore store = new TraceStore(run);
    Trajectory found =
        Trajectory.find(
            store,
            step == null ? OptionalLong.empty() : OptionalLong.of(step),
            Optional.ofNullable(prompt),
            sample == null ? OptionalInt.empty() : OptionalInt.of(sample));
    Path page = out == null ? run.resolve(PAGE) : out;
    ExplainPage.write(page, store, found);
    if (json.on) {
      meander.json(document(found, page));
    } else {
      print(found, page);
    }
    return 0;
  }

  private void print(Trajectory found, Path page) {
    Console console = meander.console();
    RolloutTrace.Row row = found.numbers();
    console.line(
        "rollout %d, sample %d (noise %d%s): %s"
            .formatted(
                found.trace().rollout(),
                found.sample(),
                row.noise(),
                found.isTrunk() ? ", the trunk" : "",
                row.prompt()));
    for (RolloutTrace.Term term : row.terms()) {
      console.line("");
      console.line(heading(found.trace().kind(), term.name()));
      table(found, term).lines().forEach(console::line);
    }
    console.line("");
    console.line("Page  " + page + (row.pictures().isEmpty() ? "  (no pictures of it)" : ""));
  }

  private static String heading(RolloutTrace.Kind kind, String reward) {
    return switch (kind) {
      case FINAL -> reward + ", of the final image alone";
      case STEPS -> reward + ", of the ODE's completion after each step";
      case BRANCHES -> reward + ", of the branch that leaves at each step; r from the trunk's R";
    };
  }

  private static Table table(Trajectory found, RolloutTrace.Term term) {
    Table table =
        new Table(
            "step",
            "from R",
            "R",
            "r",
            "credit",
            "advantage",
            "weight",
            "turning point",
            "trained");
    double start = found.start(term);
    if (!Double.isNaN(start)) {
      table.row("start", "-", number(start), "-", "-", "-", "-", "", "");
    }
    for (Trajectory.Step s : found.steps(term)) {
      table.row(
          Integer.toString(s.step()),
          number(s.before()),
          number(s.reward()),
          number(s.change()),
          number(s.credit()),
          number(s.advantage()),
          number(s.weight()),
          s.turningPoint() ? "<==" : "",
          s.trained() ? "yes" : "no");
    }
    return table;
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4f", value);
  }

  private ObjectNode document(Trajectory found, Path page) {
    RolloutTrace.Row row = found.numbers();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("run", run.toString()).put("rollout", found.trace().rollout());
    node.put("prompt", row.prompt()).put("group", row.group()).put("sample", found.sample());
    node.put("noise", row.noise()).put("trunk", found.isTrunk());
    node.put("kind", found.trace().kind().name().toLowerCase(Locale.ROOT));
    ObjectNode rewards = node.putObject("rewards");
    for (RolloutTrace.Term term : row.terms()) {
      ObjectNode one = rewards.putObject(term.name());
      put(one, "start", found.start(term));
      ArrayNode steps = one.putArray("steps");
      for (Trajectory.Step s : found.steps(term)) {
        ObjectNode each = steps.addObject().put("step", s.step());
        put(each, "before", s.before());
        put(each, "reward", s.reward());
        put(each, "change", s.change());
        each.put("credit", s.credit()).put("turning_point", s.turningPoint());
        each.put("advantage", s.advantage()).put("weight", s.weight());
        each.put("trained", s.trained());
      }
    }
    return node.put("page", page.toString());
  }

  private static void put(ObjectNode node, String key, double value) {
    node.put(key, Double.isNaN(value) ? null : Double.valueOf(value));
  }
}
