package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import dev.meander.distributed.Peers;
import dev.meander.distributed.ThreadPeers;
import dev.meander.event.MetricsFile;
import dev.meander.event.Progress;
import dev.meander.internal.checkpoint.Checkpoints;
import dev.meander.model.Pipeline;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run in parts leaves the same bytes whoever computes which part: with any number of processes,
 * which are threads here.
 */
class PartsTest {
  @TempDir private Path temp;
  private int runs;

  private static TrainRun run(Path directory, Peers peers, String... overrides) {
    return new TrainRun(
            TinyRun.config(overrides),
            new RunDirectory(directory),
            List.of(),
            Progress.Source.SILENT,
            InstantSource.system())
        .with(peers);
  }

  /** What so many processes leave, by file. */
  private Map<String, String> left(int processes, String... overrides) throws IOException {
    return files(train(processes, overrides));
  }

  private Path train(int processes, String... overrides) {
    Path directory = temp.resolve("run-" + runs++);
    List<Object> results =
        ThreadPeers.run(
            processes,
            peers ->
                run(peers.isFirst() ? directory : temp.resolve("nowhere"), peers, overrides)
                    .execute(false));
    assertThat(results).allMatch(result -> result instanceof Trainer.Summary);
    assertThat(temp.resolve("nowhere")).doesNotExist();
    return directory;
  }

  /** Hashes of everything that is a function of the recipe. */
  static Map<String, String> files(Path directory) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = directory.relativize(file).toString();
        if (name.endsWith(".safetensors") || name.startsWith("traces") || name.endsWith(".png")) {
          CRC32 crc = new CRC32();
          crc.update(Files.readAllBytes(file));
          files.put(name, Long.toHexString(crc.getValue()));
        }
      }
    }
    files.put(
        "metrics.jsonl", MetricsFile.comparable(directory.resolve("metrics.jsonl")).toString());
    return files;
  }

  private static String[] with(String[] some, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(some));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void anyNumberOfProcesses() throws Exception {
    String[] recipe = {"rollouts=3", "distributed.parts=4", "data.group_size=6"};
    Map<String, String> one = left(1, recipe);
    assertThat(one.keySet())
        .anyMatch(name -> name.startsWith("checkpoints"))
        .anyMatch(name -> name.startsWith("adapter/"))
        .anyMatch(name -> name.startsWith("adapter-raw/"))
        .anyMatch(name -> name.endsWith("rollout-000001.png"))
        .anyMatch(name -> name.startsWith("samples"));
    for (int processes : new int[] {2, 3, 4, 6}) {
      assertThat(left(processes, recipe)).as("%d processes", processes).isEqualTo(one);
    }
  }

  /** Every plan, credit, grouping and deviation that make sense together, three at a time. */
  static List<String[]> methods() {
    List<String[]> methods = new ArrayList<>();
    for (String plan : PLANS) {
      for (String credit : List.of("terminal", "incremental", "turning_point")) {
        for (String grouping : List.of("prompt", "seed")) {
          for (String std : List.of("group", "global")) {
            String[] method = {
              "method.plan=" + plan,
              "method.credit=" + credit,
              "method.grouping=" + grouping,
              "method.std=" + std,
              "mix=" + (std.equals("global") ? "gdpo" : "weighted_sum"),
              "method.kl=" + (credit.equals("terminal") ? "none" : "{type: paper, beta: 0.001}"),
              "method.selection={step_fraction: 0.6, best_and_worst: 1}"
            };
            if (isValid(method)) {
              methods.add(method);
            }
          }
        }
      }
    }
    return methods;
  }

  private static final List<String> PLANS =
      List.of(
          "{type: chains}",
          "{type: chains, noises: 2}",
          "{type: branches, branches: 2}",
          "{type: branches, branches: 2, trunk: sde}");
  private static final String[] SHORT = {
    "rollouts=1",
    "distributed.parts=6",
    "data.group_size=4",
    "update.updates_per_rollout=1",
    "evaluation.every=0",
    "evaluation.limit=1"
  };

  private static boolean isValid(String... overrides) {
    try {
      TinyRun.config(with(SHORT, overrides));
      return true;
    } catch (UserError e) {
      return false;
    }
  }

  @Test
  void everyMethod() throws Exception {
    List<String[]> methods = methods();
    assertThat(methods).hasSizeGreaterThan(25);
    for (String[] method : methods) {
      String[] recipe = with(SHORT, method);
      assertThat(left(3, recipe)).as(String.join(" ", method)).isEqualTo(left(1, recipe));
    }
  }

  @Test
  void nothingNeedsToDivide() throws Exception {
    String[] recipe = {
      "rollouts=2",
      "distributed.parts=6",
      "data.group_size=7",
      "data.prompts_per_rollout=5",
      "update.updates_per_rollout=1",
      "update.epochs=2",
      "insight.groups=5",
      "evaluation.limit=13"
    };
    assertThat(left(4, recipe)).isEqualTo(left(1, recipe));
  }

  @Test
  void evaluationsAreDealtOutWithoutPadding() throws Exception {
    Path prompts = temp.resolve("prompts.txt");
    Files.write(prompts, IntStream.range(0, 101).mapToObj(i -> "a photo of " + i).toList());
    String[] recipe = {
      "rollouts=1",
      "distributed.parts=4",
      "sampling.steps=2",
      "evaluation={prompts: '" + prompts + "', steps: 1, reward: {name: brightness}}"
    };
    Path one = train(1, recipe);
    assertThat(Files.readString(one.resolve("metrics.jsonl"))).contains("\"n\":101");
    assertThat(files(train(4, recipe))).isEqualTo(files(one));
  }

  @Test
  void groupsThatAreCutAmongProcesses() throws Exception {
    String[] recipe = {
      "rollouts=2",
      "distributed.parts=6",
      "data.group_size=7",
      "data.prompts_per_rollout=5",
      "update.updates_per_rollout=1",
      "method.credit=incremental",
      "rewards=[{name: win_rate, config: {reward: brightness}}, {name: brightness, weight: 0.5}]",
      "gold_rewards=[{name: win_rate, config: {reward: mean_color, config: {target: [0, 0, 0]}}}]"
    };
    Map<String, String> one = left(1, recipe);
    for (int processes : new int[] {2, 4, 7}) {
      assertThat(left(processes, recipe)).as("%d processes", processes).isEqualTo(one);
    }
  }

  @Test
  void moreProcessesThanGroupsAndParts() throws Exception {
    String[] recipe = {"rollouts=2", "distributed.parts=3", "update.updates_per_rollout=1"};
    assertThat(left(5, recipe)).isEqualTo(left(1, recipe));
  }

  /** Brightness, and for every second prompt the same for all. */
  private static Reward halfSilent() {
    Reward brightness = new BrightnessProvider().create(null);
    return samples -> {
      float[] scores = brightness.score(samples);
      for (int i = 0; i < scores.length; i++) {
        scores[i] = samples.get(i).prompt().text().contains(" two ") ? 1 : scores[i];
      }
      return scores;
    };
  }

  /** What is dealt out anew is the same for any number of processes. */
  @Test
  void groupsThatTeachNothing() throws Exception {
    String[] recipe = {
      "rollouts=2",
      "distributed.parts=6",
      "data.prompts_per_rollout=6",
      "data.group_size=4",
      "method.kl=none",
      "method.objective={type: guard, clip_range: 1.0e-3}",
      "update.epochs=2",
      "evaluation.every=0"
    };
    List<Path> runs = new ArrayList<>();
    for (int processes : new int[] {1, 2, 3, 4, 6}) {
      Path place = temp.resolve("silent-" + processes);
      assertThat(run(place, processes, (peers, pipeline) -> halfSilent(), false, recipe))
          .allMatch(end -> end instanceof Trainer.Summary);
      runs.add(place);
    }
    for (Path run : runs) {
      assertThat(files(run)).as(run.toString()).isEqualTo(files(runs.get(0)));
    }
    int pairs = 6 * 4 * 3 * 2; // of three steps, in two epochs
    assertThat(MetricsFile.comparable(runs.get(0).resolve("metrics.jsonl")))
        .filteredOn(line -> line.path("type").asText().equals("update_finished"))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line.path("samples").asInt()).isBetween(12, pairs - 12));
  }

  @Test
  void fullWeights() throws Exception {
    String[] recipe = {
      "rollouts=2", "distributed.parts=4", "distributed.sum=exact", "policy=full", "method.kl=none"
    };
    assertThat(left(3, recipe)).isEqualTo(left(1, recipe));
  }

  @Test
  void otherwiseEqualToRounding() throws Exception {
    String[] recipe = {"rollouts=1", "data.group_size=6", "evaluation.every=0"};
    double[] one = weights(train(1, recipe));
    assertThat(weights(train(3, recipe))).containsExactly(one, within(1e-5)).isNotEqualTo(one);
    for (String sum : List.of("exact", "fast")) {
      double[] two =
          weights(train(2, with(recipe, "distributed.parts=4", "distributed.sum=" + sum)));
      assertThat(two).as(sum).containsExactly(one, within(1e-5));
    }
  }

  private static double[] weights(Path run) {
    try (Scope scope = new Scope()) {
      return new Checkpoints(run.resolve("checkpoints"), 1)
          .latest().orElseThrow().checkpoint().tensors("policy").entrySet().stream()
              .sorted(Map.Entry.comparingByKey())
              .flatMapToDouble(
                  e -> {
                    float[] values = Tensors.floats(e.getValue());
                    return IntStream.range(0, values.length).mapToDouble(i -> values[i]);
                  })
              .toArray();
    }
  }

  /** A reward that is the brightness, but does something else first in one process. */
  private static Reward brightness(Runnable first) {
    Reward brightness = new BrightnessProvider().create(null);
    return samples -> {
      first.run();
      return brightness.score(samples);
    };
  }

  /** Runs with a reward of each process's own; what they end with. */
  private List<Object> run(
      int processes,
      BiFunction<Peers, Pipeline, Runnable> first,
      boolean resume,
      String... recipe) {
    return run(
        temp.resolve("run"),
        processes,
        (peers, pipeline) -> brightness(first.apply(peers, pipeline)),
        resume,
        recipe);
  }

  private List<Object> run(
      Path directory,
      int processes,
      BiFunction<Peers, Pipeline, Reward> reward,
      boolean resume,
      String... recipe) {
    return ThreadPeers.run(
        processes,
        peers -> {
          Path place = peers.isFirst() ? directory : temp.resolve("nowhere");
          Engine.start(1);
          try (Pipeline pipeline = Models.load(TinyRun.config(recipe).model());
              RewardSet rewards =
                  new RewardSet(Map.of("brightness", reward.apply(peers, pipeline)))) {
            return run(place, peers, recipe).execute(resume, pipeline, rewards);
          }
        });
  }

  private static String message(Object thrown) {
    return ((Throwable) thrown).getMessage();
  }

  @Test
  void aRewardThatIsLostOnOneStopsAllWhereTheyCanGoOn() throws Exception {
    String[] recipe = {"rollouts=3", "distributed.parts=4", "checkpoints.every=10"};
    AtomicInteger calls = new AtomicInteger();
    List<Object> ends =
        run(
            3,
            (peers, pipeline) ->
                () -> {
                  if (peers.rank() == 2 && calls.incrementAndGet() == 6) {
                    throw new RewardFailed("the server is gone");
                  }
                },
            false,
            recipe);

    assertThat(ends).allMatch(end -> end instanceof RewardFailed);
    assertThat(ends.stream().map(PartsTest::message).distinct())
        .singleElement()
        .asString()
        .startsWith("stopped after rollout")
        .contains("rank 2: the server is gone");
    assertThat(run(2, (peers, pipeline) -> () -> {}, true, recipe))
        .allMatch(end -> end instanceof Trainer.Summary);
    Map<String, String> resumed = weightFiles(files(temp.resolve("run")));
    assertThat(resumed).isNotEmpty().isEqualTo(weightFiles(left(1, recipe)));
  }

  private static Map<String, String> weightFiles(Map<String, String> files) {
    Map<String, String> weights = new TreeMap<>(files);
    weights.keySet().removeIf(name -> !name.startsWith("adapter"));
    return weights;
  }

  @Test
  void anExceptionOnOneEndsAll() {
    List<Object> ends =
        run(
            3,
            (peers, pipeline) ->
                () -> {
                  if (peers.rank() == 1) {
                    throw new IllegalStateException("out of luck");
                  }
                },
            false,
            "distributed.parts=3");

    assertThat(ends).allMatch(end -> end instanceof RuntimeException);
    assertThat(ends.stream().map(PartsTest::message)).allMatch(m -> m.contains("out of luck"));
  }

  private static void addToAWeight(Pipeline pipeline, double value) {
    Autograd.noGrad(
        () -> {
          try (Scope scope = new Scope()) {
            Tensor any = new TreeMap<>(pipeline.transformer().tensors()).firstEntry().getValue();
            any.reshape(-1).select(0, 0).add_(new Scalar(value));
          }
        });
  }

  @Test
  void aNumberThatIsNoneOnOneStopsAllAndNothingIsSaved() {
    AtomicInteger calls = new AtomicInteger();
    String[] recipe = {
      "rollouts=3", "policy=full", "method.kl=none", "evaluation.every=0", "distributed.parts=3"
    };
    List<Object> ends =
        run(
            3,
            (peers, pipeline) ->
                () -> {
                  // Its last images of the second rollout: the update is next.
                  if (peers.rank() == 2 && calls.incrementAndGet() == 2) {
                    addToAWeight(pipeline, Double.NaN);
                  }
                },
            false,
            recipe);

    assertThat(ends).allMatch(end -> end instanceof IllegalStateException);
    assertThat(ends.stream().map(PartsTest::message))
        .allMatch(m -> m.startsWith("stopped at step ") && m.contains("rank 2: "))
        .allMatch(m -> m.contains("is untouched"));
    assertThat(ends.stream().map(PartsTest::message).limit(1))
        .allMatch(m -> m.contains("stopped at step 2: ") && m.contains("step-00000001"));
    assertThat(temp.resolve("run/checkpoints/step-00000001")).exists();
    assertThat(temp.resolve("run/checkpoints/step-00000002")).doesNotExist();
  }

  @Test
  void weightsThatDriftAreFound() {
    AtomicInteger calls = new AtomicInteger();
    List<Object> ends =
        run(
            3,
            (peers, pipeline) ->
                () -> {
                  if (peers.rank() == 2 && calls.incrementAndGet() == 5) {
                    addToAWeight(pipeline, 1);
                  }
                },
            false,
            "rollouts=12",
            "policy=full",
            "method.kl=none",
            "evaluation.every=0",
            "distributed.parts=3");

    assertThat(ends).allMatch(end -> end instanceof UserError);
    assertThat(ends.stream().map(PartsTest::message))
        .allMatch(m -> m.contains("the weights after rollout 10") && m.contains("rank 2 has"));
  }
}
