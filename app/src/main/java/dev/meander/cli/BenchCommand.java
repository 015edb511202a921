package dev.meander.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.bench.Bench;
import dev.meander.cli.bench.GrowthBench;
import dev.meander.cli.bench.LoadingBench;
import dev.meander.cli.bench.RealSize;
import dev.meander.cli.bench.RealSizeBench;
import dev.meander.cli.bench.RolloutBench;
import dev.meander.cli.text.Columns;
import dev.meander.cli.text.Table;
import dev.meander.config.Home;
import dev.meander.config.UserError;
import dev.meander.model.Pipeline;
import dev.meander.recipe.Recipes;
import dev.meander.tensor.Engine;
import dev.meander.train.Models;
import dev.meander.train.PromptSource;
import dev.meander.train.RewardTiming;
import dev.meander.train.ScorablePrompts;
import dev.meander.train.TrainConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander bench}. */
@Command(
    name = "bench",
    header = "Measure how fast this machine samples and trains.",
    description = {
      "",
      "Measures the peak of matrix products in this process, and against it the transformer's forward pass, its"
          + " forward and backward pass with adapters, and sampling and decoding, with the model, batch size, steps"
          + " and adapters of a recipe.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander bench",
      "  meander bench quickstart --threads 2 --dtype f32 --json",
      "  meander bench --rollouts",
      "  meander bench --rewards",
      "  meander bench --processes 1,2 --set distributed.parts=12",
      "  meander bench --growth batch,size,steps,group,completions",
      "  meander bench --compare main --turns 5 --threads 2 --dtype f32",
      "  meander bench --real-size sd35-medium --dtype bf16",
      "  meander bench --real-size flux1-dev --blocks 4,8 --dtype bf16",
      "  meander bench --real-size flux1-dev --blocks 19,38 --dtype bf16 --batch-size 4 --set model.device=cuda",
      "  meander bench --loading models/sd3.5-medium/transformer"
    })
final class BenchCommand implements Callable<Integer> {
  private static final String WHOLE = "%,.0f";

  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Parameters(
      paramLabel = "RECIPE",
      completionCandidates = CompletionCommand.RecipeNames.class,
      arity = "0..1",
      defaultValue = "quickstart",
      description = "Whose model and batch size (default: ${DEFAULT-VALUE}).")
  private String recipe;

  @Option(
      names = {"-s", "--set"},
      paramLabel = "KEY=VALUE",
      description = "Change a setting, e.g. --set sampling.batch_size=64.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--threads",
      paramLabel = "N",
      split = ",",
      description = "Numbers of threads to measure with (default: 1 and all processors).")
  private List<Integer> threads = new ArrayList<>();

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      split = ",",
      defaultValue = "f32,bf16",
      description = "Types to compute in (default: ${DEFAULT-VALUE}).")
  private List<Bench.Type> types;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "0.5",
      description = "How long to measure each number, at least (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--rollouts",
      description = {
        "Compare rollouts in passes as wide as the batch with passes of 24 latents instead: TempFlow-GRPO with 4 initial"
            + " noises and 6 branches, TP-GRPO with 24 chains, every step but the last stochastic."
      })
  private boolean rollouts;

  @Option(
      names = "--rewards",
      description =
          "Measure one rollout with the recipe's rewards instead: what share of it waits for scores after"
              + " sampling, and how fast the rewards are alone.")
  private boolean rewards;

  @Option(
      names = "--processes",
      paramLabel = "N,N",
      split = ",",
      description =
          "Train a few rollouts with that many processes instead, which share this machine's processors, and"
              + " compare them with the first number.")
  private List<Integer> processes = List.of();

  @Option(
      names = "--growth",
      paramLabel = "QUANTITY",
      split = ",",
      description =
          "Measure instead how seconds grow with each of these, and fit exponents: ${COMPLETION-CANDIDATES}. All but size are"
              + " of the recipe's model; size is the side of an image, 64 to 1024 pixels, at a mid-size transformer.")
  private List<GrowthBench.Quantity> growth = List.of();

  @Option(
      names = "--real-size",
      paramLabel = "MODEL",
      description =
          "Measure a published model's transformer at full size with random weights instead, at 512 pixels and in the last"
              + " --dtype: ${COMPLETION-CANDIDATES}.")
  private RealSize realSize;

  @Option(
      names = "--blocks",
      paramLabel = "N",
      split = ",",
      description =
          "With --real-size: how many blocks the transformer has, for flux1-dev the double and the single ones"
              + " (default: all; for flux1-dev 6,12 of 19,38).")
  private List<Integer> blocks = new ArrayList<>();

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "1",
      description = "With --real-size: samples in one pass (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--loading",
      paramLabel = "PATH",
      description =
          "Measure instead how fast weights load: a safetensors file, or a directory with one or with shards. What the"
              + " system keeps of them in memory is not read again from the disk.")
  private Path loading;

  @Option(
      names = "--compare",
      paramLabel = "COMMIT",
      description =
          "Measure this build and that of another commit of the checkout alternately instead, and print how they"
              + " compare; the other is built in the user's cache.")
  private String commit;

  @Option(
      names = "--turns",
      paramLabel = "N",
      defaultValue = "5",
      description = "With --compare: how often both are measured (default: ${DEFAULT-VALUE}).")
  private int turns;

  @Override
  public Integer call() {
    if (commit != null) {
      compareBuilds();
      return 0;
    }
    if (loading != null) {
      timeLoading();
      return 0;
    }
    TrainConfig config = Recipes.load(recipe, settings);
    if (realSize != null) {
      measureRealSize(config);
      return 0;
    }
    if (rollouts) {
      compareRollouts(config);
      return 0;
    }
    if (!processes.isEmpty()) {
      compareProcesses();
      return 0;
    }
    if (rewards) {
      timeRewards(config);
      return 0;
    }
    if (!growth.isEmpty()) {
      measureGrowth(config);
      return 0;
    }
    if (threads.isEmpty()) {
      int all = Runtime.getRuntime().availableProcessors();
      threads = all == 1 ? List.of(1) : List.of(1, all);
    }
    List<Bench.Result> results =
        new Bench(config, seconds).run(threads, types, meander.console().terminal(json.on));
    Columns<Bench.Result> rates = rates(config.sampling().batchSize());
    if (json.on) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("model", config.model().directory().toString());
      node.put("batch_size", config.sampling().batchSize()).put("steps", config.sampling().steps());
      meander.json(node.set("results", rates.json(results)));
      return 0;
    }
    meander.print(peaks(results));
    meander.line("");
    meander.print(rates.table(results));
    meander.line("");
    meander.line(
        "forward: samples through the transformer. training: forward and backward with adapters. A rollout image is"
            + " %d steps and its decoding, an update image %d trained steps."
                .formatted(
                    config.sampling().steps(),
                    results.isEmpty() ? 0 : results.get(0).trainedSteps()));
    return 0;
  }

  private void compareBuilds() {
    if (threads.isEmpty()) {
      threads = List.of(Runtime.getRuntime().availableProcessors());
    }
    List<String> same = new ArrayList<>(List.of(recipe, "--seconds", Double.toString(seconds)));
    same.addAll(List.of("--threads", joined(threads), "--dtype", joined(types)));
    settings.forEach(s -> same.addAll(List.of("--set", s)));
    List<BuildBench.Ratio> ratios =
        new BuildBench(BuildBench.checkout(), commit, same, Home.cache())
            .run(turns, meander.console().terminal(json.on));
    ObjectNode head = JsonNodeFactory.instance.objectNode();
    head.put("commit", commit).put("turns", turns);
    tell(head, "rates", ratios, BuildBench.columns());
  }

  private static String joined(List<?> values) {
    return values.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  private static String label(Bench.Result r) {
    return "%s, %d thread%s".formatted(r.type(), r.threads(), r.threads() == 1 ? "" : "s");
  }

  private static Table peaks(List<Bench.Result> results) {
    TreeSet<Integer> sides = new TreeSet<>();
    results.forEach(r -> sides.addAll(r.matmul().keySet()));
    Columns<Bench.Result> columns =
        new Columns<Bench.Result>().shown("matmul GFLOP/s", "%s", BenchCommand::label);
    sides.forEach(
        n -> columns.shown(n.toString(), WHOLE, r -> r.matmul().getOrDefault(n, Double.NaN)));
    return columns.table(results);
  }

  private static Columns<Bench.Result> rates(int batch) {
    return new Columns<Bench.Result>()
        .hidden("threads", Bench.Result::threads)
        .hidden("dtype", r -> r.type().toString())
        .hidden("matmul_gflops", Bench.Result::matmul)
        .hidden("matmul_peak_gflops", Bench.Result::peak)
        .shown("batch " + batch, "%s", BenchCommand::label)
        .add("forward/s", "forward_samples_per_second", WHOLE, r -> r.rates().forward())
        .add("GFLOP/s", "forward_gflops", WHOLE, r -> r.rates().forwardGflops())
        .share("of peak", "forward_of_peak", 0, Bench.Result::forwardShare)
        .add("training/s", "training_samples_per_second", WHOLE, r -> r.rates().training())
        .add("GFLOP/s", "training_gflops", WHOLE, r -> r.rates().trainingGflops())
        .share("of peak", "training_of_peak", 0, Bench.Result::trainingShare)
        .add("decode/s", "decode_images_per_second", WHOLE, r -> r.rates().decoding())
        .add("rollout images/s", "rollout_images_per_second", WHOLE, r -> r.rates().sampling())
        .hidden("trained_steps", Bench.Result::trainedSteps)
        .add(
            "update images/s",
            "update_images_per_second",
            WHOLE,
            r -> r.rates().training() / r.trainedSteps());
  }

  private void compareProcesses() {
    List<ProcessBench.Result> results =
        new ProcessBench(recipe, settings, meander.console().err()).run(processes);
    double first = results.get(0).imagesPerSecond();
    Columns<ProcessBench.Result> columns =
        new Columns<ProcessBench.Result>()
            .add("processes", "processes", "%d", ProcessBench.Result::processes)
            .add("threads each", "threads", "%d", ProcessBench.Result::threads)
            .add("rollout s", "rollout_seconds", "%.2f", ProcessBench.Result::rollout)
            .add("of it for rewards", "reward_wait_seconds", "%.2f", ProcessBench.Result::waiting)
            .add("update s", "update_seconds", "%.2f", ProcessBench.Result::update)
            .add("of it sums", "sum_seconds", "%.2f", ProcessBench.Result::sums)
            .add("in both for others", "peer_wait_seconds", "%.2f", ProcessBench.Result::peers)
            .add("images/s", "images_per_second", "%.1f", ProcessBench.Result::imagesPerSecond)
            .add("against the first", "against_first", "%.2f", r -> r.imagesPerSecond() / first);
    tell(JsonNodeFactory.instance.objectNode(), "results", results, columns);
  }

  private void measureRealSize(TrainConfig config) {
    if (batch < 1) {
      throw new UserError("--batch-size must be at least 1");
    }
    Bench.Type type = types.get(types.size() - 1);
    List<Integer> measured = realSize.blocks(blocks);
    RealSizeBench.Result result =
        RealSizeBench.at512(realSize, measured, batch, seconds)
            .run(mostThreads(), config.model().device(), type, meander.console().terminal(json.on));
    String title = "%s, %s, batch %d".formatted(realSize.with(measured), type, batch);
    Columns<RealSizeBench.Row> columns =
        new Columns<RealSizeBench.Row>()
            .add(title, "pass", "%s", RealSizeBench.Row::pass)
            .add("seconds", "seconds", "%.2f", RealSizeBench.Row::seconds)
            .add("GFLOP/s", "gflops", WHOLE, RealSizeBench.Row::gflops)
            .share("of peak", "of_peak", 0, RealSizeBench.Row::share)
            .add("peak MiB", "peak_mebibytes", WHOLE, RealSizeBench.Row::peakMebibytes);
    ObjectNode head = JsonNodeFactory.instance.objectNode();
    head.put("model", realSize.toString()).put("dtype", type.toString());
    head.put("batch_size", batch);
    measured.forEach(head.putArray("blocks")::add);
    realSize.published().forEach(head.putArray("blocks_of_the_published_model")::add);
    head.put("parameters", result.parameters()).put("matmul_peak_gflops", result.peak());
    tell(head, "rows", result.rows(), columns);
    if (json.on) {
      return;
    }
    meander.line(
        String.format(
            Locale.ROOT,
            "%,d parameters; the best matrix product reaches %,.0f GFLOP/s.",
            result.parameters(),
            result.peak()));
  }

  private void measureGrowth(TrainConfig config) {
    List<GrowthBench.Point> points =
        new GrowthBench(config, GrowthBench.MID_SIZE, seconds)
            .run(
                mostThreads(),
                growth.stream().distinct().toList(),
                meander.console().terminal(json.on));
    Columns<GrowthBench.Point> numbers =
        new Columns<GrowthBench.Point>()
            .hidden("quantity", p -> p.quantity().toString())
            .add("measured", "work", "%s", GrowthBench.Point::work)
            .shown("against", "%s", p -> p.quantity().unit())
            .add("", "value", "%,d", GrowthBench.Point::value)
            .hidden("images", GrowthBench.Point::images)
            .add("seconds", "seconds", "%.4f", GrowthBench.Point::seconds)
            .add("images/s", "images_per_second", "%.2f", p -> p.images() / p.seconds());
    Columns<GrowthBench.Fit> laws =
        new Columns<GrowthBench.Fit>()
            .hidden("quantity", f -> f.quantity().toString())
            .add("seconds of", "work", "%s", GrowthBench.Fit::work)
            .shown("grow with", "%s", f -> f.quantity().unit())
            .add("to the power", "exponent", "%.2f", f -> f.law().exponent())
            .add("up to", "breaks_at", WHOLE, f -> f.law().breaksAt())
            .add("to the", "exponent_before", "%.2f", f -> f.law().before())
            .add("after it to the", "exponent_after", "%.2f", f -> f.law().after());
    List<GrowthBench.Fit> fits = GrowthBench.fits(points);
    if (json.on) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.set("points", numbers.json(points));
      meander.json(node.set("fits", laws.json(fits)));
      return;
    }
    meander.print(numbers.table(points));
    if (!fits.isEmpty()) {
      meander.line("");
      meander.print(laws.table(fits));
    }
  }

  private void timeLoading() {
    LoadingBench.Result result = new LoadingBench(loading).run(meander.console().terminal(json.on));
    tell(
        result,
        new Columns<LoadingBench.Result>()
            .hidden("path", r -> loading.toString())
            .hidden("bytes", LoadingBench.Result::bytes)
            .add("tensors", "tensors", "%,d", LoadingBench.Result::tensors)
            .add("files", "files", "%,d", LoadingBench.Result::files)
            .shown("MB", WHOLE, r -> r.bytes() / 1e6)
            .add("seconds", "seconds", "%.2f", LoadingBench.Result::seconds)
            .add("GB/s", "gigabytes_per_second", "%.2f", LoadingBench.Result::gigabytesPerSecond));
  }

  /** Shows people the table and programs {@code head} with an array of the same things. */
  private <T> void tell(ObjectNode head, String key, List<T> results, Columns<T> columns) {
    if (json.on) {
      meander.json(head.set(key, columns.json(results)));
    } else {
      meander.print(columns.table(results));
    }
  }

  private <T> void tell(T result, Columns<T> columns) {
    if (json.on) {
      meander.json(columns.json(result));
    } else {
      meander.print(columns.table(List.of(result)));
    }
  }

  private void compareRollouts(TrainConfig config) {
    ScorablePrompts.requireTraining(config, PromptSource.load(config.data().prompts()));
    List<RolloutBench.Result> results =
        new RolloutBench(config).run(mostThreads(), meander.console().terminal(json.on));
    Columns<RolloutBench.Result> columns =
        new Columns<RolloutBench.Result>()
            .add("method", "method", "%s", RolloutBench.Result::method)
            .add("batch", "batch_size", "%,d", RolloutBench.Result::batchSize)
            .add("passes", "passes", "%,d", RolloutBench.Result::passes)
            .add("evaluations", "evaluations", "%,d", RolloutBench.Result::evaluations)
            .hidden("images", RolloutBench.Result::images)
            .add("seconds", "seconds", "%.2f", RolloutBench.Result::seconds)
            .add("images/s", "images_per_second", "%.1f", r -> r.images() / r.seconds())
            .add(
                "reward difference",
                "largest_reward_difference",
                "%.2g",
                RolloutBench.Result::rewardDifference);
    tell(JsonNodeFactory.instance.objectNode(), "rollouts", results, columns);
  }

  private void timeRewards(TrainConfig config) {
    ScorablePrompts.requireTraining(config, PromptSource.load(config.data().prompts()));
    Engine.start(mostThreads(), config.workers());
    RewardTiming timing;
    try (Pipeline pipeline = Models.load(config.model())) {
      timing = RewardTiming.measure(config, pipeline);
    }
    tell(
        timing,
        new Columns<RewardTiming>()
            .add("images", "images", "%,d", RewardTiming::images)
            .add("rollout s", "seconds", "%.2f", RewardTiming::seconds)
            .add("waiting s", "reward_wait_seconds", "%.2f", RewardTiming::waiting)
            .share("waiting", "reward_wait_share", 1, RewardTiming::share)
            .add(
                "rewards alone images/s",
                "scored_images_per_second",
                "%.1f",
                r -> r.images() / r.scoring()));
  }

  /** The threads to measure with, where one number is enough; 0 means all processors. */
  private int mostThreads() {
    return threads.stream().mapToInt(Integer::intValue).max().orElse(0);
  }
}
