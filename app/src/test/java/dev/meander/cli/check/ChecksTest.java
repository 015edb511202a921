package dev.meander.cli.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.event.Event;
import dev.meander.event.Progress;
import dev.meander.recipe.Recipes;
import dev.meander.train.RewardSet;
import dev.meander.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broken set-up for every check. */
class ChecksTest {
  private static final Path MODEL = Path.of("../core/src/test/resources/parity/pipe-sd3");

  private static final String RECIPE =
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
  private Path recipe;
  private OptionalLong memory = OptionalLong.empty();

  @BeforeEach
  void recipe() throws IOException {
    recipe = Files.writeString(dir.resolve("tiny.yaml"), RECIPE.formatted(MODEL));
  }

  private TrainConfig config(String... settings) {
    return Recipes.load(recipe.toString(), Arrays.asList(settings));
  }

  private List<Line> run(TrainConfig config, Check... checks) {
    try (RewardSet rewards = new RewardSet();
        Rehearsal rehearsal =
            new Rehearsal(config, dir.resolve("run"), memory, rewards, Progress.Source.SILENT)) {
      return new Checks(List.of(checks)).run(rehearsal, line -> {});
    }
  }

  private static void assertLine(Line line, Line.Level level, String subject, String... parts) {
    assertThat(line.level()).as(line.toString()).isEqualTo(level);
    assertThat(line.subject()).isEqualTo(subject);
    assertThat(line.what() + " -> " + line.remedy()).contains(parts);
  }

  private Check first(TrainConfig config, java.util.function.Function<RewardRole, Check> check) {
    return check.apply(RewardRole.of(config).get(0));
  }

  @Test
  void aPublishedModelThatIsNotThere() {
    TrainConfig config = config("model.path=models/sd3.5-medium", "model.t5_tokens=-1");
    List<Line> lines =
        run(config, new ModelCheck(), new DiskCheck(), new TokensCheck(), new MiniatureCheck());
    assertLine(
        lines.get(0),
        Line.Level.PROBLEM,
        "model",
        "there is no models/sd3.5-medium (Stable Diffusion 3.5 Medium)",
        "accept its licence (Stability AI Community License) at https://huggingface.co/stabilityai/stable-diffusion-3.5-medium",
        "hf download stabilityai/stable-diffusion-3.5-medium --local-dir models/sd3.5-medium");
    assertLine(lines.get(1), Line.Level.OK, "disk", "for checkpoints and weights");
    assertLine(lines.get(2), Line.Level.NOT_TRIED, "tokenizers", "the model is not there");
    assertLine(lines.get(3), Line.Level.NOT_TRIED, "rollout", "the model is not there");
  }

  @Test
  void aPartOfTheModelIsMissing() throws IOException {
    Path model = dir.resolve("flux.1-dev");
    try (Stream<Path> files = Files.walk(MODEL)) {
      for (Path file : files.filter(f -> !f.toString().contains("vae")).toList()) {
        Files.copy(file, model.resolve(MODEL.relativize(file).toString()));
      }
    }
    List<Line> lines = run(config("model.path=" + model), new ModelCheck(), new MemoryCheck());
    assertLine(
        lines.get(0),
        Line.Level.PROBLEM,
        "model",
        "it lacks vae",
        "a download that broke off is continued",
        "hf download black-forest-labs/FLUX.1-dev --local-dir " + model);
    assertLine(
        lines.get(1), Line.Level.NOT_TRIED, "memory", "the model's files could not be loaded");
  }

  @Test
  void promptsAreCut() throws IOException {
    String tail = ", far away, in the morning, in the mist, by the sea, as an oil painting";
    Path prompts = Files.writeString(dir.resolve("long.txt"), "a star\na red star" + tail + "\n");
    TrainConfig config = config("data.prompts=" + prompts, "evaluation.limit=1");
    assertLine(
        run(config, new TokensCheck()).get(0),
        Line.Level.WARNING,
        "tokenizers",
        "prompts are cut at 16 tokens by CLIP",
        "for example: a red star, far away",
        "shorten them");
  }

  @Test
  void aTrainingPromptCannotBeScored() throws IOException {
    Path prompts =
        Files.writeString(
            dir.resolve("prompts.jsonl"),
            "{\"tag\": \"single_object\", \"include\": [{\"class\": \"zebra\", \"count\": 1}], \"prompt\": \"a zebra\"}\n");
    TrainConfig config = config("data.prompts=" + prompts);
    assertLine(
        run(config, first(config, ScorableCheck::new)).get(0),
        Line.Level.PROBLEM,
        "reward compositional",
        "1 of 1 prompts cannot be scored",
        "prompts.jsonl:1",
        "it sees no class zebra");
  }

  @Test
  void anEvaluationPromptCannotBeJudged() throws IOException {
    Path prompts =
        Files.writeString(
            dir.resolve("signs.txt"),
            "a sign saying \"OPEN\"\na sign\na sign saying \u201cHI\u201d\n");
    TrainConfig config = config("evaluation.prompts=" + prompts, "evaluation.reward={name: ocr}");
    assertLine(
        run(config, new ScorableCheck(RewardRole.of(config).get(1))).get(0),
        Line.Level.PROBLEM,
        "judge ocr",
        "2 of 3 prompts cannot be scored",
        "signs.txt:2: reward ocr: a text prompt needs its text in double quotes",
        "straight ones");
  }

  @Test
  void aGoldRewardLacksMetadata() throws IOException {
    Path prompts = Files.writeString(dir.resolve("plain.txt"), "a star\na circle\n");
    TrainConfig config =
        config(
            "data.prompts=" + prompts,
            "rewards=[{name: mean_color}]",
            "gold_rewards=[{name: compositional}]");
    assertLine(
        run(config, new ScorableCheck(RewardRole.of(config).get(1))).get(0),
        Line.Level.PROBLEM,
        "gold reward compositional",
        "plain.txt:1",
        "not in GenEval's form");
  }

  @Test
  void aRewardIsNotThere() {
    TrainConfig config = config("rewards=[{name: beauty}]");
    List<Line> lines =
        run(config, first(config, ScorableCheck::new), first(config, KnownPicturesCheck::new));
    assertLine(lines.get(0), Line.Level.PROBLEM, "reward beauty", "there is no reward beauty");
    assertLine(
        lines.get(1), Line.Level.NOT_TRIED, "reward beauty", "the reward beauty is not there");
  }

  @Test
  void aRewardDoesNotSeeWhatItShould() {
    TrainConfig config = config("rewards=[{name: counting}]");
    assertLine(
        run(config, first(config, KnownPicturesCheck::new)).get(0),
        Line.Level.PROBLEM,
        "reward counting",
        "a square scores 0.2500 where 1.000 is right");
  }

  @Test
  void aRewardServerIsDown() {
    TrainConfig config =
        config("rewards=[{name: http, config: {endpoints: [\"http://127.0.0.1:1\"]}}]");
    RewardRole http = RewardRole.of(config).get(0);
    List<Line> lines =
        run(
            config,
            new ServersCheck(http, false),
            new KnownPicturesCheck(http),
            new MiniatureCheck());
    assertLine(
        lines.get(0),
        Line.Level.PROBLEM,
        "reward http",
        "http://127.0.0.1:1: cannot be reached",
        "start that server, or correct endpoints");
    assertLine(lines.get(1), Line.Level.NOT_TRIED, "reward http", "the reward http has no server");
    assertLine(lines.get(2), Line.Level.NOT_TRIED, "rollout", "the reward http has no server");
    assertLine(
        run(config, new ServersCheck(http, true)).get(0),
        Line.Level.WARNING,
        "reward http",
        "cannot be reached");
  }

  @Test
  void theDiskIsTooSmall() {
    TrainConfig config = config("checkpoints.keep=2000000000");
    assertLine(
        run(config, new DiskCheck()).get(0),
        Line.Level.PROBLEM,
        "disk",
        "for checkpoints and weights",
        "checkpoints.keep: 2000000000");
  }

  @Test
  void thereIsARunAlready() throws IOException {
    Path run = Files.createDirectories(dir.resolve("run"));
    Files.writeString(run.resolve("recipe.yaml"), "name: tiny\n");
    assertLine(
        run(config(), new DiskCheck()).get(0),
        Line.Level.WARNING,
        "disk",
        "holds a run already",
        "--resume");
  }

  @Test
  void theMemoryIsTooSmall() {
    memory = OptionalLong.of(100 << 20);
    List<Line> lines = run(config(), new MemoryCheck(), new MiniatureCheck());
    assertLine(
        lines.get(0),
        Line.Level.PROBLEM,
        "memory",
        "and there are 100 MiB",
        "the largest that fits is none (1 is too large) for sampling.batch_size");
    assertLine(
        lines.get(1), Line.Level.NOT_TRIED, "rollout", "the model would not fit into memory");
  }

  @Test
  void theRatioIsNoiseBeyondTheClipRange() {
    String warning = "the clip range lies below the noise of the ratio";
    assertLine(
        MiniatureCheck.ratio(new Event.FirstRatioMeasured(1, 3e-4, 1e-5, warning)),
        Line.Level.WARNING,
        "ratio",
        "|ratio-1| is at most 0.00030, the clip range 1.0e-05: " + warning,
        "method.objective.clip_range");
  }

  @Test
  void theEvaluationDiffers() {
    assertLine(
        run(config("evaluation.guidance=4.5"), new EvaluationCheck()).get(0),
        Line.Level.WARNING,
        "evaluation",
        "evaluation.guidance is 4.5 and sampling.guidance 1.0");
  }
}
