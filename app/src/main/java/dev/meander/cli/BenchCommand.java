package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.bench.Bench;
import dev.meander.cli.bench.LoadingBench;
import dev.meander.cli.bench.RealSize;
import dev.meander.cli.bench.RealSizeBench;
import dev.meander.cli.bench.RolloutBench;
import dev.meander.cli.text.Table;
import dev.meander.config.Home;
import dev.meander.config.UserError;
import dev.meander.model.Pipeline;
import dev.meander.recipe.Recipes;
import dev.meander.tensor.Engine;
import dev.meander.train.Models;
import dev.meander.train.RewardTiming;
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
      "  meander bench --compare main --turns 5 --threads 2 --dtype f32",
      "  meander bench --real-size sd35-medium --dtype bf16",
      "  meander bench --real-size flux1-dev --blocks 4,8 --dtype bf16",
      "  meander bench --real-size flux1-dev --blocks 19,38 --dtype bf16 --batch-size 4 --set model.device=cuda",
      "  meander bench --loading models/sd3.5-medium/transformer"
    })
final class BenchCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Parameters(
      paramLabel = "RECIPE",
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
          "Measure this build and that of another commit of the checkout turn about instead, and print how they"
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
    if (threads.isEmpty()) {
      int all = Runtime.getRuntime().availableProcessors();
      threads = all == 1 ? List.of(1) : List.of(1, all);
    }
    List<Bench.Result> results =
        new Bench(config, seconds).run(threads, types, meander.console().terminal(json.on));
    if (json.on) {
      meander.console().json(document(config, results));
    } else {
      tables(config, results).forEach(meander.console()::line);
    }
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
    if (json.on) {
      ObjectNode node = JsonNodeFactory.instance.objectNode().put("commit", commit);
      node.put("turns", turns);
      ArrayNode rates = node.putArray("rates");
      for (BuildBench.Ratio r : ratios) {
        double[] sorted = r.ratios();
        rates
            .addObject()
            .put("rate", r.name())
            .put("before", BuildBench.median(r.old()))
            .put("now", BuildBench.median(r.now()))
            .put("ratio", BuildBench.median(sorted))
            .put("lowest", sorted[0])
            .put("highest", sorted[sorted.length - 1]);
      }
      meander.console().json(node);
      return;
    }
    BuildBench.table(ratios).lines().forEach(meander.console()::line);
  }

  private static String joined(List<?> values) {
    return values.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  private static List<String> tables(TrainConfig config, List<Bench.Result> results) {
    List<String> lines = new ArrayList<>();
    TreeSet<Integer> sides = new TreeSet<>();
    results.forEach(r -> sides.addAll(r.matmul().keySet()));
    List<String> columns = new ArrayList<>(List.of("matmul GFLOP/s"));
    sides.forEach(n -> columns.add(n.toString()));
    Table peaks = new Table(columns.toArray(String[]::new));
    Table rates =
        new Table(
            "batch " + config.sampling().batchSize(),
            "forward/s",
            "GFLOP/s",
            "of peak",
            "training/s",
            "GFLOP/s",
            "of peak",
            "decode/s",
            "rollout images/s",
            "update images/s");
    for (Bench.Result r : results) {
      String label =
          "%s, %d thread%s".formatted(r.type(), r.threads(), r.threads() == 1 ? "" : "s");
      List<String> row = new ArrayList<>(List.of(label));
      sides.forEach(n -> row.add(r.matmul().containsKey(n) ? whole(r.matmul().get(n)) : "-"));
      peaks.row(row.toArray(String[]::new));
      rates.row(
          label,
          whole(r.rates().forward()),
          whole(r.rates().forwardGflops()),
          whole(100 * r.forwardShare()) + "%",
          whole(r.rates().training()),
          whole(r.rates().trainingGflops()),
          whole(100 * r.trainingShare()) + "%",
          whole(r.rates().decoding()),
          whole(r.rates().sampling()),
          whole(r.rates().training() / r.trainedSteps()));
    }
    lines.addAll(peaks.lines());
    lines.add("");
    lines.addAll(rates.lines());
    lines.add("");
    lines.add(
        "forward: samples through the transformer. training: forward and backward with adapters. A rollout image is"
            + " %d steps and its decoding, an update image %d trained steps."
                .formatted(
                    config.sampling().steps(),
                    results.isEmpty() ? 0 : results.get(0).trainedSteps()));
    return lines;
  }

  private void compareProcesses() {
    List<ProcessBench.Result> results =
        new ProcessBench(recipe, settings, meander.console().err()).run(processes);
    double first = results.get(0).imagesPerSecond();
    if (json.on) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      for (ProcessBench.Result r : results) {
        all.addObject()
            .put("processes", r.processes())
            .put("threads", r.threads())
            .put("rollout_seconds", r.rollout())
            .put("reward_wait_seconds", r.waiting())
            .put("update_seconds", r.update())
            .put("images_per_second", r.imagesPerSecond())
            .put("against_first", r.imagesPerSecond() / first);
      }
      meander.console().json(JsonNodeFactory.instance.objectNode().set("results", all));
      return;
    }
    Table table =
        new Table(
            "processes",
            "threads each",
            "rollout s",
            "of it for rewards",
            "update s",
            "images/s",
            "against the first");
    for (ProcessBench.Result r : results) {
      table.row(
          Integer.toString(r.processes()),
          Integer.toString(r.threads()),
          decimals(2, r.rollout()),
          decimals(2, r.waiting()),
          decimals(2, r.update()),
          decimals(1, r.imagesPerSecond()),
          decimals(2, r.imagesPerSecond() / first));
    }
    table.lines().forEach(meander.console()::line);
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
    if (json.on) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("model", realSize.toString()).put("dtype", type.toString());
      node.put("batch_size", batch);
      measured.forEach(node.putArray("blocks")::add);
      realSize.published().forEach(node.putArray("blocks_of_the_published_model")::add);
      node.put("parameters", result.parameters()).put("matmul_peak_gflops", result.peak());
      ArrayNode rows = node.putArray("rows");
      for (RealSizeBench.Row row : result.rows()) {
        rows.addObject()
            .put("pass", row.pass())
            .put("seconds", row.seconds())
            .put("gflops", row.gflops())
            .put("of_peak", row.share())
            .put("peak_mebibytes", row.peakMebibytes());
      }
      meander.console().json(node);
      return;
    }
    Table table =
        new Table(
            "%s, %s, batch %d".formatted(realSize.with(measured), type, batch),
            "seconds",
            "GFLOP/s",
            "of peak",
            "peak MiB");
    for (RealSizeBench.Row row : result.rows()) {
      table.row(
          row.pass(),
          decimals(2, row.seconds()),
          whole(row.gflops()),
          whole(100 * row.share()) + "%",
          whole(row.peakMebibytes()));
    }
    table.lines().forEach(meander.console()::line);
    meander
        .console()
        .line(
            "%s parameters; the best matrix product reaches %s GFLOP/s."
                .formatted(whole(result.parameters()), whole(result.peak())));
  }

  private void timeLoading() {
    LoadingBench.Result result = new LoadingBench(loading).run(meander.console().terminal(json.on));
    if (json.on) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("path", loading.toString()).put("bytes", result.bytes());
      node.put("tensors", result.tensors()).put("files", result.files());
      node.put("seconds", result.seconds());
      node.put("gigabytes_per_second", result.gigabytesPerSecond());
      meander.console().json(node);
      return;
    }
    Table table = new Table("tensors", "files", "MB", "seconds", "GB/s");
    table.row(
        whole(result.tensors()),
        whole(result.files()),
        whole(result.bytes() / 1e6),
        decimals(2, result.seconds()),
        decimals(2, result.gigabytesPerSecond()));
    table.lines().forEach(meander.console()::line);
  }

  private void compareRollouts(TrainConfig config) {
    List<RolloutBench.Result> results =
        new RolloutBench(config).run(mostThreads(), meander.console().terminal(json.on));
    if (json.on) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      ArrayNode list = node.putArray("rollouts");
      for (RolloutBench.Result r : results) {
        list.addObject()
            .put("method", r.method())
            .put("batch_size", r.batchSize())
            .put("passes", r.passes())
            .put("evaluations", r.evaluations())
            .put("images", r.images())
            .put("seconds", r.seconds())
            .put("images_per_second", r.images() / r.seconds())
            .put("largest_reward_difference", r.rewardDifference());
      }
      meander.console().json(node);
      return;
    }
    Table table =
        new Table(
            "method", "batch", "passes", "evaluations", "seconds", "images/s", "reward difference");
    for (RolloutBench.Result r : results) {
      table.row(
          r.method(),
          whole(r.batchSize()),
          whole(r.passes()),
          whole(r.evaluations()),
          decimals(2, r.seconds()),
          decimals(1, r.images() / r.seconds()),
          String.format(Locale.ROOT, "%.2g", r.rewardDifference()));
    }
    table.lines().forEach(meander.console()::line);
  }

  private void timeRewards(TrainConfig config) {
    Engine.start(mostThreads(), config.workers());
    RewardTiming timing;
    try (Pipeline pipeline = Models.load(config.model())) {
      timing = RewardTiming.measure(config, pipeline);
    }
    if (json.on) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("images", timing.images()).put("seconds", timing.seconds());
      node.put("reward_wait_seconds", timing.waiting());
      node.put("reward_wait_share", timing.share());
      node.put("scored_images_per_second", timing.images() / timing.scoring());
      meander.console().json(node);
      return;
    }
    Table table =
        new Table("images", "rollout s", "waiting s", "waiting", "rewards alone images/s");
    table.row(
        whole(timing.images()),
        decimals(2, timing.seconds()),
        decimals(2, timing.waiting()),
        String.format(Locale.ROOT, "%.1f%%", 100 * timing.share()),
        decimals(1, timing.images() / timing.scoring()));
    table.lines().forEach(meander.console()::line);
  }

  /** Of the threads to measure with, where one number is enough; 0 means all processors. */
  private int mostThreads() {
    return threads.stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  private static String decimals(int places, double value) {
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }

  private static String whole(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  private static ObjectNode document(TrainConfig config, List<Bench.Result> results) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("model", config.model().directory().toString());
    node.put("batch_size", config.sampling().batchSize()).put("steps", config.sampling().steps());
    ArrayNode list = node.putArray("results");
    for (Bench.Result r : results) {
      ObjectNode one = list.addObject().put("threads", r.threads());
      one.put("dtype", r.type().toString());
      ObjectNode matmul = one.putObject("matmul_gflops");
      r.matmul().forEach((size, rate) -> matmul.put(size.toString(), rate));
      one.put("matmul_peak_gflops", r.peak());
      one.put("forward_samples_per_second", r.rates().forward());
      one.put("forward_gflops", r.rates().forwardGflops());
      one.put("forward_of_peak", r.forwardShare());
      one.put("training_samples_per_second", r.rates().training());
      one.put("training_gflops", r.rates().trainingGflops());
      one.put("training_of_peak", r.trainingShare());
      one.put("decode_images_per_second", r.rates().decoding());
      one.put("rollout_images_per_second", r.rates().sampling());
      one.put("trained_steps", r.trainedSteps());
      one.put("update_images_per_second", r.rates().training() / r.trainedSteps());
    }
    return node;
  }
}
