package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train} and {@code eval}, on a tiny model. */
class TrainCommandTest {
  static final String RECIPE =
      """
      name: tiny
      rollouts: 1
      threads: 1
      model: {path: %s, t5_tokens: 2, height: 24, width: 24}
      sampling: {steps: 3, batch_size: 4}
      method: {}
      data: {prompts: "toybox:train", prompts_per_rollout: 2, group_size: 2}
      rewards: [{name: compositional, config: {mode: graded}}]
      policy: {type: lora, lora: {rank: 2, alpha: 4}}
      update: {batch_size: 4, learning_rate: {type: constant, peak: 1.0e-3, warm_up: 0}}
      evaluation: {prompts: "toybox:heldout", limit: 6, steps: 2, reward: {name: compositional, config: {mode: strict}}}
      """;

  @TempDir private Path dir;

  private Path recipe() {
    return write("tiny.yaml", RECIPE.formatted(Cli.MODEL));
  }

  private Path write(String name, String text) {
    try {
      return Files.writeString(dir.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<Path, String> contents(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .collect(Collectors.toMap(f -> f, TrainCommandTest::hash, (a, b) -> a, TreeMap::new));
    }
  }

  private static String hash(Path file) {
    try {
      return Integer.toHexString(Arrays.hashCode(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void trainsEvaluatesAndResumes() throws IOException {
    Path run = dir.resolve("run");
    JsonNode trained = Cli.run("train", recipe(), "--out", run, "--json").json();
    assertThat(trained.path("name").asText()).isEqualTo("tiny");
    assertThat(trained.path("images").asInt()).isEqualTo(4);
    assertThat(Path.of(trained.path("adapter").asText()).resolve("adapter_config.json")).exists();
    assertThat(Path.of(trained.path("report").asText())).exists();
    assertThat(run.resolve("provenance.json")).exists();

    JsonNode bare = Cli.run("eval", recipe(), "--json").json();
    assertThat(bare.path("score").asDouble()).isEqualTo(trained.path("score_before").asDouble());
    assertThat(bare.path("adapter").isNull()).isTrue();
    JsonNode judged = Cli.run("eval", recipe(), "--adapter", run, "--json").json();
    assertThat(judged.path("score").asDouble()).isEqualTo(trained.path("score_after").asDouble());
    assertThat(judged.path("n").asInt()).isEqualTo(6);
    assertThat(judged.path("tasks")).hasSizeBetween(1, 6);
    assertThat(judged.path("seed").asLong()).isEqualTo(20260101);
    assertThat(Cli.run("eval", recipe(), "--adapter", run).out()).contains("overall", "6 images");

    Map<Path, String> before = contents(run);
    Cli.Result again = Cli.run("train", recipe(), "--out", run);
    assertThat(again.status()).isEqualTo(2);
    assertThat(again.out()).isEmpty();
    assertThat(again.err()).contains("already holds a run", "--resume", "--overwrite", "--out");
    Cli.Result other = Cli.run("train", recipe(), "--out", run, "--resume", "--set", "seed=5");
    assertThat(other.status()).isEqualTo(2);
    assertThat(other.err()).contains("seed");
    assertThat(contents(run)).isEqualTo(before);

    Cli.Result more = Cli.run("train", recipe(), "--out", run, "--resume", "--set", "rollouts=2");
    assertThat(more.status()).as(more.err()).isZero();
    assertThat(more.out()).contains("Report", "meander eval", "meander generate");
    assertThat(Cli.run("inspect", run, "--json").json().path("last_step").asInt()).isEqualTo(2);
  }

  @Test
  void aTrackerThatIsNotThereStopsNothing() {
    Path run = dir.resolve("run");

    Cli.Result result =
        Cli.run("train", recipe(), "--out", run, "--set", "events.mlflow.uri=http://127.0.0.1:1");

    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.err() + result.out())
        .contains("events.mlflow: http://127.0.0.1:1: ", "values were not sent");
    Cli.Result more =
        Cli.run("resume", run, "--set", "rollouts=2", "--set", "events={mlflow: null}");
    assertThat(more.status()).as(more.err()).isZero();
    assertThat(more.err() + more.out()).doesNotContain("events.mlflow");
    assertThat(Cli.run("train", recipe(), "--set", "events.mlflow.uri=mlruns").err())
        .contains("events.mlflow: uri must be an address that begins with http:// or https://");
  }

  @Test
  void aRunTakesThePlaceOfAnother() throws IOException {
    Path run = dir.resolve("run");
    assertThat(Cli.run("train", recipe(), "--out", run, "--set", "rollouts=2").status()).isZero();
    Path notes = Files.writeString(run.resolve("notes.txt"), "mine");
    Map<Path, String> before = contents(run);
    Object[] again = {"train", recipe(), "--out", run, "--overwrite", "--json"};

    assertThat(Cli.run(again).err()).contains("notes.txt", "--overwrite deletes what runs write");
    assertThat(Cli.run("train", recipe(), "--out", run, "--overwrite", "--resume").err())
        .contains("give one of them");
    assertThat(contents(run)).as("nothing is touched").isEqualTo(before);
    Files.delete(notes);
    Cli.Result missing =
        Cli.run("train", recipe(), "--out", run, "--overwrite", "--set", "model.path=none");
    assertThat(missing.status()).isEqualTo(2);
    assertThat(run.resolve("adapter")).as("a run that cannot begin").exists();

    assertThat(Cli.run(again).json().path("rollouts").asInt()).isEqualTo(1);
    assertThat(run.resolve("checkpoints").toFile().list()).noneMatch(name -> name.endsWith("2"));
    Path untouched = Files.createDirectory(dir.resolve("other"));
    Files.writeString(untouched.resolve("thesis.tex"), "");
    assertThat(Cli.run("train", recipe(), "--out", untouched, "--overwrite").err())
        .contains("is not empty");
  }

  /** From anywhere, and resumed by either name. */
  @Test
  void promptsLieBesideTheRecipe() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("mine"));
    Files.writeString(
        folder.resolve("prompts.jsonl"),
        "{\"prompt\": \"a star\", \"tag\": \"single_object\", \"include\": [{\"class\": \"star\", \"count\": 1}]}\n"
            + "{\"prompt\": \"a circle\", \"tag\": \"single_object\", \"include\": [{\"class\": \"circle\", \"count\": 1}]}\n");
    Path recipe =
        Files.writeString(
            folder.resolve("mine.yaml"),
            RECIPE.formatted(Cli.MODEL).replace("\"toybox:train\"", "prompts.jsonl"));
    Path run = dir.resolve("run");

    Cli.Result trained = Cli.run("train", recipe, "--out", run);
    assertThat(trained.status()).as(trained.err()).isZero();
    assertThat(Files.readString(run.resolve("provenance.json")))
        .contains(folder.resolve("prompts.jsonl").toString());
    assertThat(Cli.run("resume", run, "--set", "rollouts=2").status()).isZero();
    assertThat(Cli.run("train", recipe, "--out", run, "--resume", "--set", "rollouts=3").status())
        .isZero();
    List<String> lines = Files.readAllLines(folder.resolve("prompts.jsonl"));
    Files.write(folder.resolve("prompts.jsonl"), lines.subList(0, 1));
    assertThat(Cli.run("resume", run, "--set", "rollouts=4").err())
        .contains("data.prompts has changed");
  }

  @Test
  void aRunIsResumedByItsDirectoryAlone() {
    Path run = dir.resolve("run");
    assertThat(Cli.run("train", recipe(), "--out", run, "--set", "seed=7").status()).isZero();

    Cli.Result more = Cli.run("resume", run, "--set", "rollouts=2");
    assertThat(more.status()).as(more.err()).isZero();
    assertThat(more.out())
        .contains("resuming after step 1", "meander eval " + run.resolve("recipe.yaml"));
    // What it was resumed with is what it is now.
    assertThat(Cli.run("resume", run, "--json").json().path("rollouts").asInt()).isEqualTo(2);

    Cli.Result other = Cli.run("resume", run, "--set", "seed=8");
    assertThat(other.err()).contains("other settings: seed");
    assertThat(Cli.run("resume", dir).err()).contains("holds no run to resume");
  }

  @Test
  void everyCheckpointIsAnAdapterForEveryCommand() {
    for (String policy : List.of("lora", "full")) {
      Path run = dir.resolve(policy);
      Cli.Result trained =
          Cli.run(
              "train",
              recipe(),
              "--out",
              run,
              "--set",
              "rollouts=2",
              "--set",
              "evaluation.every=1",
              "--set",
              "checkpoints.every=1",
              "--set",
              policy.equals("full") ? "policy=full" : "seed=1");
      assertThat(trained.status()).as(trained.err()).isZero();
      for (String weights : List.of("checkpoints/step-00000001", "adapter-best")) {
        Path adapter = run.resolve(weights);
        String as = adapter.toString();
        Cli.Result judged = Cli.run("eval", recipe(), "--adapter", adapter, "--json");
        assertThat(judged.status()).as(as + judged.err()).isZero();
        Cli.Result drawn =
            Cli.run(
                "generate",
                "a red circle",
                "--model",
                Cli.MODEL,
                "--adapter",
                adapter,
                "--steps",
                2,
                "--size",
                "24x24",
                "--threads",
                1,
                "--out",
                dir.resolve("drawn.png"));
        assertThat(drawn.status()).as(as + drawn.err()).isZero();
        Path merged = dir.resolve(policy + adapter.getFileName());
        Cli.Result whole = Cli.run("merge", adapter, "--model", Cli.MODEL, "--out", merged);
        assertThat(whole.status()).as(as + whole.err()).isZero();
        assertThat(Cli.run("inspect", adapter).status()).as(as).isZero();
      }
    }
  }

  @Test
  void prefGrpoTrainsOnTheBundledModel() throws IOException {
    Path run = dir.resolve("run");
    Cli.Result trained =
        Cli.run(
            "train",
            "toybox-pref-grpo",
            "--out",
            run,
            "--set=rollouts=2",
            "--set=threads=1",
            "--set=sampling.steps=5",
            "--set=data.prompts_per_rollout=2",
            "--set=data.group_size=6",
            "--set=evaluation.limit=2",
            "--set=evaluation.images_per_prompt=1",
            "--set=evaluation.steps=3",
            "--json");

    assertThat(trained.status()).as(trained.err()).isZero();
    assertThat(trained.json().path("optimizer_updates").asInt()).isEqualTo(4);
    int rollouts = 0;
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonNode event = new ObjectMapper().readTree(line);
      if (event.path("type").asText().equals("rollout_finished")) {
        rollouts++;
        assertThat(event.at("/rewards/win_rate").asDouble()).as(line).isCloseTo(0.5, within(1e-6));
      }
    }
    assertThat(rollouts).isEqualTo(2);
  }

  @Test
  void everyMistakeInARecipeIsReportedAtOnce() {
    Path recipe = write("typo.yaml", RECIPE.formatted(Cli.MODEL).replace("threads:", "thraeds:"));

    Cli.Result result =
        Cli.run("train", recipe, "--out", dir.resolve("run"), "--set", "sampling.steps=0");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .contains("line 3: thraeds is not a setting; did you mean threads?")
        .contains("--set sampling.steps=0", "between 2 and 1000")
        .doesNotContain("\tat ");
    assertThat(dir.resolve("run")).doesNotExist();
  }

  @Test
  void aSettingThatCannotBeReadIsNamed() {
    Cli.Result result = Cli.run("train", recipe(), "--set", "rollouts");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("--set rollouts", "key=value");
  }

  @Test
  void whatIsMissingIsNamed() {
    Path out = dir.resolve("run");
    assertThat(Cli.run("train", "quikstart").err()).contains("did you mean quickstart?");
    assertThat(Cli.run("train", dir, "--out", out).err()).contains("it is a directory");
    assertThat(Cli.run("train", recipe(), "--out", out, "--set", "model.path=nowhere").err())
        .contains("there is no directory nowhere");
    assertThat(Cli.run("train", recipe(), "--out", out, "--set", "rewards[0].name=beauty").err())
        .contains("no reward beauty", "compositional");
    assertThat(Cli.run("eval", recipe(), "--adapter", dir.resolve("none")).err())
        .contains("no adapter directory");
    assertThat(Cli.run("train", recipe(), "--resume", "--out", out).err())
        .contains("holds no run to resume");
    assertThat(out).doesNotExist();
  }

  @Test
  void aBrokenPromptFileStopsBeforeARunIsMade() {
    Path prompts = write("prompts.jsonl", "{\"prompt\": \"a\"}\n{\"prompt\": 3}\n");

    Cli.Result result =
        Cli.run("train", recipe(), "--out", dir.resolve("run"), "--set", "data.prompts=" + prompts);

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("prompts.jsonl:2");
    assertThat(dir.resolve("run")).doesNotExist();
  }

  @Test
  void aDirectoryThatCannotBeMadeIsRefused() {
    Path blocked = write("file", "").resolve("run");

    Cli.Result result = Cli.run("train", recipe(), "--out", blocked);

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("cannot create the run directory " + blocked);
  }

  @Test
  void aDirectoryWithOtherThingsIsRefusedAndLeftAlone() throws IOException {
    Path other = Files.createDirectory(dir.resolve("other"));
    Files.writeString(other.resolve("diary.txt"), "dear");

    Cli.Result result = Cli.run("train", recipe(), "--out", other);

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("is not empty");
    assertThat(contents(other)).hasSize(1);
  }

  @Test
  void whatAKillLeftOfTheRecipeDoesNotBlockTheDirectory() throws IOException {
    Path run = Files.createDirectory(dir.resolve("killed"));
    Files.writeString(run.resolve(".recipe.yaml.tmp"), "name: ti");
    assertThat(Cli.run("train", recipe(), "--out", run).status()).isZero();
    assertThat(run.resolve(".recipe.yaml.tmp")).doesNotExist();
  }
}
