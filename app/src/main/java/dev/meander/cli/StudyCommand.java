package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.study.StudyFile;
import dev.meander.cli.study.StudyPage;
import dev.meander.cli.study.StudyPlan;
import dev.meander.cli.study.StudyResult;
import dev.meander.cli.study.StudyRun;
import dev.meander.cli.terminal.Terminal;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.train.BaseEvaluation;
import dev.meander.train.RunCost;
import dev.meander.train.RunDirectory;
import dev.meander.train.ScorablePrompts;
import dev.meander.train.StopSignal;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainRun;
import dev.meander.train.TrainingPrompts;
import dev.meander.weights.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander study}. */
@Command(
    name = "study",
    header =
        "Train several recipes, or the variants of a study file, with several seeds and compare them.",
    description = {
      "",
      "Everything is trained with the first seed, then with the second, and so on; then comes the table of meander compare,"
          + " and what a bootstrap over trainings and prompts says of the gains and of each pair. Given again, the same"
          + " command goes on where it was stopped: finished runs stay as they are. Given with other seeds it adds those: all"
          + " finished runs of the folder count. A training that a study in the folder beside it has done already, by the same"
          + " build from the same files, is copied. The folder gets study.html and study.json.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander study toybox-flow-grpo toybox-tempflow-v2 toybox-tp-grpo",
      "  meander study toybox-flow-grpo toybox-tp-grpo --budget evaluations=300000",
      "  meander study studies/branching.yaml --plan",
      "  meander study studies/branching.yaml --seeds 6,7",
      "  meander study quickstart mine.yaml --set rollouts=20 --json"
    })
final class StudyCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Parameters(
      paramLabel = "RECIPE",
      completionCandidates = CompletionCommand.RecipeNames.class,
      arity = "1..*",
      description =
          "Bundled recipes' names (see: meander recipes), or YAML files; or one study file.")
  private List<String> recipes;

  @Option(
      names = {"-s", "--set"},
      paramLabel = "KEY=VALUE",
      description = "Change a setting in all of them; repeatable.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      split = ",",
      description = "Seeds of the runs (default: the study file's, or 1,2,3).")
  private List<Long> seeds;

  @Option(
      names = "--budget",
      paramLabel = "KIND=AMOUNT",
      description =
          "What every run may spend: evaluations=N (latents through the network, a trained pair counts three), images=N or"
              + " seconds=S. The model is evaluated at five equal shares of it (--set budget.shares=N).")
  private String budget;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description =
          "Where the runs go, as NAME-SEED (default: runs/study, or runs/ and the study's name).")
  private Path out;

  @Option(
      names = {"--plan", "--dry-run"},
      description = "Train nothing: say what every variant costs, and how long it takes.")
  private boolean plan;

  @Option(
      names = "--pace",
      paramLabel = "N,N,N",
      split = ",",
      description =
          "For --plan: how many latents go forward, how many forward and backward, and how many images are decoded in a"
              + " second, as meander bench prints them (default: ${DEFAULT-VALUE}, two cores of docs/performance.md).")
  private List<Double> pace = List.of(870.0, 355.0, 266.0);

  @Option(
      names = "--overwrite",
      description = "Train all of them anew, in the place of runs that lie there.")
  private boolean overwrite;

  private final StopSignal stop = new StopSignal();

  /**
   * One of the study's runs.
   *
   * @param last the recipe with the images of the last evaluation, where there is one
   */
  private record Run(
      TrainConfig config, Optional<TrainConfig> last, TrainRun training, RunDirectory directory) {}

  @Override
  public Integer call() {
    boolean file = recipes.stream().anyMatch(StudyFile::isOne);
    if (file && recipes.size() > 1) {
      throw new UserError("a study file stands alone: give it without other files and recipes");
    }
    StudyFile study =
        file
            ? StudyFile.read(Path.of(recipes.get(0)))
            : StudyFile.ofRecipes(recipes, List.of(1L, 2L, 3L));
    study = seeds == null ? study : study.with(seeds);
    out = out == null ? Path.of("runs", study.name()) : out;
    Terminal terminal = meander.console().terminal(json.on).followsSize();
    if (plan) {
      plan(study);
      return 0;
    }
    List<Run> runs = runs(study, terminal);
    BaseEvaluation base = new BaseEvaluation();
    Interrupt.advise("To go on, give the same command again.");
    Interrupt.gently(stop, terminal::line);
    SharedRuns shared = new SharedRuns(out);
    LastEvaluation last = new LastEvaluation(terminal);
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      boolean exists = !overwrite && run.directory().exists();
      Optional<RunDirectory> other =
          exists || overwrite ? Optional.empty() : shared.find(run.config());
      boolean done = exists && FinishedRun.isFinished(run.directory());
      terminal.line(
          "Run %d of %d, %s%s"
              .formatted(
                  i + 1,
                  runs.size(),
                  run.directory().root(),
                  done
                      ? ": finished before"
                      : other.map(o -> ": the same as " + o.root()).orElse("")));
      if (other.isPresent()) {
        SharedRuns.take(other.get(), run.config(), run.directory());
      } else if (!done) {
        run.training().execute(exists, base);
      }
      run.last().ifPresent(config -> last.of(config, run.directory()));
    }
    tell(study);
    return 0;
  }

  private List<String> changes() {
    List<String> all = new ArrayList<>();
    if (budget != null) {
      String[] parts = budget.split("=", 2);
      if (parts.length < 2) {
        throw new UserError(
            "--budget %s: write it as evaluations=N, images=N or seconds=S".formatted(budget));
      }
      all.add("budget={type: %s, amount: %s}".formatted(parts[0], parts[1]));
    }
    all.addAll(settings);
    return all;
  }

  private RunDirectory directory(StudyFile.Variant variant, long seed) {
    return new RunDirectory(out.resolve(variant.name() + "-" + seed));
  }

  /** Everything is checked before the first is trained, so that a mistake in the last shows now. */
  private List<Run> runs(StudyFile study, Terminal terminal) {
    List<Run> runs = new ArrayList<>();
    for (long seed : study.seeds()) {
      for (StudyFile.Variant variant : study.variants()) {
        TrainConfig config = study.config(variant, seed, changes());
        RunDirectory directory = directory(variant, seed);
        if (runs.stream().anyMatch(run -> run.directory().equals(directory))) {
          throw new UserError(
              "two runs of the study would go to %s; give each recipe or variant another name and each seed once"
                  .formatted(directory.root()));
        }
        TrainRun training = TrainProcess.training(config, directory, terminal).stopOn(stop);
        ScorablePrompts.require(config, TrainingPrompts.load(config));
        if (overwrite) {
          training.overwrite();
        } else if (directory.exists()) {
          training.requireSameRecipe();
        }
        Optional<TrainConfig> last = study.last(variant, seed, changes());
        if (!overwrite && FinishedRun.isFinished(directory)) {
          last.ifPresent(judged -> LastEvaluation.require(judged, directory));
        }
        runs.add(new Run(config, last, training, directory));
      }
    }
    return runs;
  }

  private void plan(StudyFile study) {
    if (pace.size() != 3) {
      throw new UserError("--pace needs three numbers, as 870,355,266");
    }
    RunCost.Pace machine = new RunCost.Pace(pace.get(0), pace.get(1), pace.get(2));
    StudyPlan costs =
        StudyPlan.of(study, changes(), machine, (variant, seed) -> lack(study, variant, seed));
    if (json.on) {
      meander.console().json(costs.json());
    } else {
      costs.lines().forEach(meander.console()::line);
    }
  }

  private StudyPlan.Lack lack(StudyFile study, StudyFile.Variant variant, long seed) {
    RunDirectory own = directory(variant, seed);
    Optional<RunDirectory> trained =
        FinishedRun.isFinished(own)
            ? Optional.of(own)
            : new SharedRuns(out).find(study.config(variant, seed, changes()));
    Optional<TrainConfig> last = study.last(variant, seed, changes());
    return trained
        .map(
            run ->
                last.isEmpty() || LastEvaluation.isDone(last.get(), run)
                    ? StudyPlan.Lack.NOTHING
                    : StudyPlan.Lack.LAST_EVALUATION)
        .orElse(StudyPlan.Lack.TRAINING);
  }

  /** The seeds of a variant's finished runs, whichever call trained them. */
  private Map<Long, RunDirectory> finished(StudyFile.Variant variant) {
    Map<Long, RunDirectory> found = new TreeMap<>();
    try (Stream<Path> entries = Files.list(out)) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        String seed =
            name.startsWith(variant.name() + "-")
                ? name.substring(variant.name().length() + 1)
                : "";
        if (seed.matches("-?[0-9]{1,18}") && FinishedRun.isFinished(new RunDirectory(entry))) {
          found.put(Long.valueOf(seed), new RunDirectory(entry));
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot read " + out + ": " + StrictJson.fault(e), e);
    }
    return found;
  }

  /** Runs of other seeds may be from before the study file asked for a last evaluation. */
  private void sayWhatLacks(StudyFile study, Map<String, List<StudyRun>> runs) {
    String seeds =
        runs.values().stream()
            .flatMap(List::stream)
            .filter(run -> run.last().isEmpty())
            .map(StudyRun::seed)
            .distinct()
            .sorted()
            .map(String::valueOf)
            .collect(Collectors.joining(","));
    if (study.finalImagesPerPrompt() > 0 && !seeds.isEmpty()) {
      meander
          .console()
          .err()
          .println(
              "warning: runs of the seeds %s have no last evaluation of %d images, so all are compared without; give --seeds %s"
                  .formatted(seeds, study.finalImagesPerPrompt(), seeds));
    }
  }

  private void tell(StudyFile study) {
    List<Path> paths = new ArrayList<>();
    Map<String, List<StudyRun>> runs = new LinkedHashMap<>();
    for (StudyFile.Variant variant : study.variants()) {
      Map<Long, RunDirectory> all = finished(variant);
      all.values().forEach(run -> paths.add(run.root()));
      runs.put(
          variant.name(),
          all.entrySet().stream()
              .map(e -> StudyRun.read(e.getKey(), e.getValue(), study.finalImagesPerPrompt()))
              .toList());
    }
    sayWhatLacks(study, runs);
    Optional<StudyResult> result = StudyResult.of(study.name(), study.question(), runs);
    result.ifPresent(
        r -> {
          AtomicFile.write(out.resolve("study.html"), StudyPage.html(r));
          AtomicFile.write(out.resolve("study.json"), r.json().toPrettyString() + "\n");
        });
    Map<String, ObjectNode> more = new LinkedHashMap<>();
    result.ifPresent(r -> more.put("study", r.json()));
    Comparison.of(paths)
        .print(meander.console(), json, Optional.of(out.resolve("compare.html")), more);
    if (!json.on) {
      result.ifPresent(
          r -> {
            meander.console().line("");
            r.lines().forEach(meander.console()::line);
            meander.console().line("\nStudy  " + out.resolve("study.html"));
          });
    }
  }
}
