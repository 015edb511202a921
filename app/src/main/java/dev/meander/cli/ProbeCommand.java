package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.terminal.Terminal;
import dev.meander.cli.text.Columns;
import dev.meander.cli.text.Table;
import dev.meander.generate.TrainedWeights;
import dev.meander.internal.report.ProbePage;
import dev.meander.internal.report.StepSpread;
import dev.meander.model.Pipeline;
import dev.meander.recipe.Recipes;
import dev.meander.tensor.Engine;
import dev.meander.train.Models;
import dev.meander.train.PromptSource;
import dev.meander.train.ScorablePrompts;
import dev.meander.train.StepProbe;
import dev.meander.train.TrainConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code meander probe}. */
@Command(
    name = "probe",
    header = "Measure how much the noise of each single step moves the reward.",
    description = {
      "",
      "Makes one step at a time stochastic, draws it several times from the same latent and finishes every draw with"
          + " the ODE. The spread of the final reward says how much there is to learn at that step; beside it stands"
          + " the noise-aware weight of TempFlow-GRPO. Model, dynamics, rewards and training prompts are a recipe's.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander probe quickstart",
      "  meander probe quickstart --prompts 32 --draws 24 --out probe.html",
      "  meander probe quickstart --adapter runs/quickstart --set method.dynamics.noise_level=0.9 --json"
    })
final class ProbeCommand implements Callable<Integer> {
  private static final int BAR = 24;
  private static final String NUMBER = "%.4f";

  @ParentCommand private Meander meander;
  @Mixin private RecipeOptions recipe;
  @Mixin private JsonOption json;

  @Option(
      names = "--prompts",
      paramLabel = "N",
      defaultValue = "12",
      description = "Training prompts, each with one initial noise (default: ${DEFAULT-VALUE}).")
  private int prompts;

  @Option(
      names = "--draws",
      paramLabel = "N",
      defaultValue = "16",
      description = "Draws of every step (default: ${DEFAULT-VALUE}).")
  private int draws;

  @Option(
      names = {"-a", "--adapter"},
      paramLabel = "DIR",
      description =
          "What a run trained: its adapter, or the run directory (default: the bare model).")
  private Path adapter;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "Also write the chart as an HTML page.")
  private Path out;

  @Override
  public Integer call() {
    TrainConfig config = Recipes.load(recipe.recipe, recipe.settings);
    ScorablePrompts.requireTraining(config, PromptSource.load(config.data().prompts()));
    Engine.start(config.threads(), config.workers());
    try (Pipeline pipeline = Models.load(config.model())) {
      StepProbe probe = new StepProbe(config, pipeline, prompts, draws);
      if (adapter != null) {
        TrainedWeights.apply(pipeline, adapter);
      }
      Terminal terminal = meander.console().terminal(json.on);
      long start = System.nanoTime();
      List<StepSpread> spreads = probe.run(terminal);
      double seconds = (System.nanoTime() - start) / 1e9;
      if (out != null) {
        ProbePage.write(out, config.name(), measured(config), prompts, spreads);
      }
      Columns<StepSpread> columns = columns(spreads, terminal.style().unicode());
      if (json.on) {
        meander.json(document(config, columns.json(spreads), seconds));
      } else {
        print(config, columns.table(spreads));
      }
    }
    return 0;
  }

  private String measured(TrainConfig config) {
    return "%d prompts with %d draws of every step, %d steps, seed %d"
        .formatted(prompts, draws, config.sampling().steps(), config.seed());
  }

  private static Columns<StepSpread> columns(List<StepSpread> spreads, boolean unicode) {
    double largest = spreads.stream().mapToDouble(StepSpread::std).max().orElseThrow();
    double heaviest = spreads.stream().mapToDouble(StepSpread::weight).max().orElseThrow();
    String ink = unicode ? "\u2588" : "#";
    return new Columns<StepSpread>()
        .add("step", "step", "%d", StepSpread::step)
        .add("sigma", "sigma", NUMBER, StepSpread::sigma)
        .add("reward", "reward_mean", NUMBER, StepSpread::mean)
        .add("spread", "reward_std", NUMBER, StepSpread::std)
        .add("± (95%)", "reward_std_half", NUMBER, StepSpread::half)
        .shown("", "%s", s -> bar(s.std(), largest, ink))
        .add("weight", "weight", NUMBER, StepSpread::weight)
        .shown("", "%s", s -> bar(s.weight(), heaviest, ink));
  }

  private void print(TrainConfig config, Table table) {
    Console console = meander.console();
    console.line(
        "Standard deviation of the final reward when only that step is stochastic, and the step's"
            + " noise-aware weight");
    console.line(measured(config));
    console.line("");
    table.lines().forEach(console::line);
    if (out != null) {
      console.line("");
      console.line("Page  " + out);
    }
  }

  private static String bar(double value, double largest, String ink) {
    return ink.repeat(largest > 0 ? (int) Math.round(BAR * value / largest) : 0);
  }

  private ObjectNode document(TrainConfig config, ArrayNode steps, double seconds) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("recipe", config.name()).put("model", config.model().directory().toString());
    node.put("adapter", adapter == null ? null : adapter.toString());
    node.put("prompts", prompts).put("draws", draws).put("seed", config.seed());
    node.set("steps", steps);
    node.put("out", out == null ? null : out.toString());
    return node.put("seconds", seconds);
  }
}
