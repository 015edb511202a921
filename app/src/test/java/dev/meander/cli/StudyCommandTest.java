package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code study}, on a tiny model. */
class StudyCommandTest {
  @TempDir private Path dir;

  private Path recipe(String name) throws IOException {
    return Files.writeString(
        dir.resolve(name + ".yaml"),
        TrainCommandTest.RECIPE.formatted(Cli.MODEL).replace("name: tiny", "name: " + name));
  }

  @Test
  void everyRecipeIsTrainedWithEverySeedOnce() throws IOException {
    Path out = dir.resolve("study");
    Object[] command = {
      "study", recipe("a"), recipe("b"), "--seeds", "1,2", "--out", out, "--json"
    };
    JsonNode first = Cli.run(command).json();
    assertThat(first.path("recipes")).hasSize(2);
    assertThat(first.path("recipes").get(1).path("recipe").asText()).isEqualTo("b");
    JsonNode runs = first.path("recipes").get(1).path("runs");
    assertThat(runs).hasSize(2);
    assertThat(runs.get(1).path("seed").asInt()).isEqualTo(2);
    assertThat(runs.get(1).path("path").asText()).isEqualTo(out.resolve("b-2").toString());
    assertThat(first.path("page").asText()).isEqualTo(out.resolve("compare.html").toString());
    assertThat(out.resolve("compare.html")).content().contains("evaluation_finished.score");

    Path kept = out.resolve("a-1").resolve("metrics.jsonl");
    FileTime written = Files.getLastModifiedTime(kept);
    Files.delete(out.resolve("b-1").resolve("metrics.jsonl"));
    Cli.Result again = Cli.run(command);
    assertThat(again.err()).contains("a-1: finished before").doesNotContain("b-1: finished before");
    assertThat(again.json().path("recipes").get(0)).isEqualTo(first.path("recipes").get(0));
    assertThat(Files.getLastModifiedTime(kept)).isEqualTo(written);

    Cli.Result other =
        Cli.run("study", recipe("a"), "--seeds", "1", "--out", out, "--set", "sampling.steps=4");
    assertThat(other.status()).isEqualTo(2);
    assertThat(other.err()).contains("other settings: sampling.steps");
  }

  @Test
  void whatAnotherStudyTrainedIsNotTrainedAgain() throws IOException {
    Path one = dir.resolve("studies").resolve("one");
    Path two = dir.resolve("studies").resolve("two");
    assertThat(Cli.run("study", recipe("a"), "--seeds", "1", "--out", one).status()).isZero();

    Object[] same = {"study", recipe("b"), "--seeds", "1,2", "--out", two, "--json"};
    JsonNode plan = Cli.run(with(same, "--plan")).json();
    assertThat(plan.path("variants").get(0).path("left").asInt()).isEqualTo(1);
    Cli.Result second = Cli.run(same);
    assertThat(second.status()).isZero();
    assertThat(second.err()).contains("b-1: the same as " + one.resolve("a-1"));
    assertThat(two.resolve("b-1").resolve("metrics.jsonl"))
        .hasSameTextualContentAs(one.resolve("a-1").resolve("metrics.jsonl"));
    assertThat(two.resolve("b-1").resolve("recipe.yaml")).content().contains("name: b");
    assertThat(Cli.run(same).err()).contains("b-1: finished before", "b-2: finished before");

    // Other settings, or another program: trained.
    Path three = dir.resolve("studies").resolve("three");
    Object[] other = {"study", recipe("c"), "--seeds", "1", "--out", three, "--json"};
    JsonNode steps = Cli.run(with(other, "--set", "sampling.steps=4", "--plan")).json();
    assertThat(steps.path("variants").get(0).path("left").asInt()).isEqualTo(1);
    for (Path run : List.of(one.resolve("a-1"), two.resolve("b-1"))) {
      Path file = run.resolve("provenance.json");
      Files.writeString(
          file,
          Files.readString(file).replaceFirst("\"version\" : \"[^\"]*\"", "\"version\" : \"0\""));
    }
    Cli.Result trained = Cli.run(other);
    assertThat(trained.status()).isZero();
    assertThat(trained.err()).doesNotContain("the same as");
  }

  private static Object[] with(Object[] command, Object... more) {
    return Stream.concat(Stream.of(command), Stream.of(more)).toArray();
  }

  @Test
  void aMistakeInTheLastRecipeIsSaidBeforeTheFirstIsTrained() throws IOException {
    Path out = dir.resolve("study");
    Cli.Result missing = Cli.run("study", recipe("a"), "no-such-recipe", "--out", out);
    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.err()).contains("no-such-recipe");
    Cli.Result twice = Cli.run("study", recipe("a"), recipe("a"), "--out", out);
    assertThat(twice.err()).contains("two runs", "a-1");
    assertThat(out).doesNotExist();
  }

  @Test
  void runsStopAtTheirBudgetAndSeedsAreAdded() throws IOException {
    Path out = dir.resolve("study");
    Path file =
        Files.writeString(
            dir.resolve("question.yaml"),
            """
            name: question
            question: Are two steps enough?
            seeds: [1]
            budget: {type: images, amount: 12, shares: 3}
            settings: {gold_rewards: [{name: compositional, config: {mode: strict}}]}
            variants:
              - {name: three, recipe: %1$s}
              - {name: four, recipe: %1$s, settings: {sampling.steps: 4}}
            """
                .formatted(recipe("a")));
    JsonNode plan = Cli.run("study", file, "--out", out, "--plan", "--json").json();
    assertThat(plan.path("variants").get(0).path("rollouts").asInt()).isEqualTo(3);
    assertThat(plan.path("variants").get(1).path("left").asInt()).isEqualTo(1);
    assertThat(out).doesNotExist();

    JsonNode study = Cli.run("study", file, "--out", out, "--json").json().path("study");
    assertThat(study.path("question").asText()).isEqualTo("Are two steps enough?");
    assertThat(study.path("variants")).hasSize(2);
    JsonNode course = study.path("variants").get(0).path("course");
    assertThat(course).hasSize(4);
    assertThat(course.get(0).path("images").asInt()).isZero();
    assertThat(course.get(2).path("images").asInt()).isEqualTo(8);
    assertThat(course.get(3).path("images").asInt()).isEqualTo(12);
    assertThat(course.get(3).path("evaluations").asInt())
        .as("12 chains of 3 steps, 2 trained pairs each, of which some may have no advantage")
        .isBetween(36, 36 + 3 * 24);

    // The second seed joins the first, which is not trained again.
    Cli.Result more = Cli.run("study", file, "--out", out, "--seeds", "2", "--json");
    JsonNode both = more.json().path("study");
    assertThat(both.path("variants").get(1).path("seeds").toString()).isEqualTo("[1,2]");
    assertThat(both.path("improvement")).hasSize(1);
    assertThat(both.path("improvement").get(0).path("a").asText()).isEqualTo("four");
    assertThat(both.path("variants").get(0).path("at_equal_reward").path("gold")).hasSize(1);
    assertThat(out.resolve("study.html"))
        .content()
        .contains("Are two steps enough?", "<svg", "four");
    assertThat(out.resolve("study.json")).exists();

    assertThat(Cli.run("study", file, "quickstart").err()).contains("stands alone");
    assertThat(Cli.run("study", recipe("a"), "--budget", "12").err()).contains("images=N");
    assertThat(
            Cli.run("study", recipe("a"), "--budget", "dollars=12", "--out", dir.resolve("x"))
                .err())
        .contains("budget", "dollars", "evaluations");
  }

  /** Runs that are finished are judged again, each once, and start from the noise of before. */
  @Test
  void aLastEvaluationOfMoreImagesJoinsFinishedRuns() throws IOException {
    Path out = dir.resolve("study");
    String text =
        """
        name: judged
        seeds: [1]
        %%s
        settings:
          evaluation.reward: {name: compositional, config: {mode: graded}}
          gold_rewards: [{name: compositional, config: {mode: graded}}]
        variants:
          - {name: a, recipe: %s}
        """
            .formatted(recipe("a"));
    Path file = Files.writeString(dir.resolve("judged.yaml"), text.formatted(""));
    JsonNode without = Cli.run("study", file, "--out", out, "--json").json().path("study");
    assertThat(without.path("images_per_prompt").asInt()).isOne();

    Files.writeString(file, text.formatted("final_images_per_prompt: 2"));
    JsonNode plan = Cli.run("study", file, "--out", out, "--plan", "--json").json();
    assertThat(plan.path("variants").get(0).path("left").asInt()).isZero();
    assertThat(plan.path("variants").get(0).path("to_judge").asInt()).isOne();
    assertThat(plan.path("hours_left").asDouble()).isBetween(0.0, plan.path("hours").asDouble());
    assertThat(plan.path("hours_left").asDouble()).isPositive();
    Object[] command = {"study", file, "--out", out, "--seeds", "2", "--json"};
    Cli.Result half = Cli.run(command);
    assertThat(half.err()).contains("seeds 1 have no last evaluation of 2 images", "--seeds 1");
    assertThat(half.json().path("study").path("images_per_prompt").asInt()).isOne();
    Cli.Result whole = Cli.run("study", file, "--out", out, "--json");
    assertThat(whole.err()).contains("a-1: finished before").doesNotContain("warning");
    JsonNode study = whole.json().path("study");
    assertThat(study.path("images_per_prompt").asInt()).isEqualTo(2);

    Path evaluations = out.resolve("a-1").resolve("evaluations");
    JsonNode last = ConfigFile.read(evaluations.resolve("last-2-after.json"));
    JsonNode own = ConfigFile.read(evaluations.resolve("step-000001.json"));
    assertThat(last.path("prompts")).isEqualTo(own.path("prompts"));
    assertThat(last.path("scores")).hasSize(2 * own.path("scores").size());
    for (int i = 0; i < own.path("scores").size(); i++) {
      assertThat(last.path("scores").get(2 * i).asDouble())
          .isCloseTo(own.path("scores").get(i).asDouble(), within(1e-5));
    }
    // The gold reward is the judge here, so that it says the same of the same images.
    assertThat(evaluations.resolve("last-2-gold-compositional-after.json"))
        .hasSameTextualContentAs(evaluations.resolve("last-2-after.json"));
    JsonNode variant = study.path("variants").get(0);
    assertThat(variant.path("gold_gain").path("compositional")).isEqualTo(variant.path("gain"));
    FileTime written = Files.getLastModifiedTime(evaluations.resolve("last-2-after.json"));
    assertThat(Cli.run("study", file, "--out", out).out()).contains("each prompt at the end: 2");
    assertThat(Files.getLastModifiedTime(evaluations.resolve("last-2-after.json")))
        .isEqualTo(written);
    JsonNode done = Cli.run("study", file, "--out", out, "--plan", "--json").json();
    assertThat(done.path("hours_left").asDouble()).isZero();

    // As a run out of an archive: finished and judged, without its weights.
    try (Stream<Path> weights = Files.list(out.resolve("a-1").resolve("adapter"))) {
      for (Path part : weights.toList()) {
        Files.delete(part);
      }
    }
    Files.delete(out.resolve("a-1").resolve("adapter"));
    assertThat(Cli.run("study", file, "--out", out).status()).isZero();
    Files.writeString(file, text.formatted("final_images_per_prompt: 3"));
    Cli.Result more = Cli.run("study", file, "--out", out);
    assertThat(more.status()).isEqualTo(2);
    assertThat(more.err()).contains("a-1", "with 3 images", "weights").doesNotContain("Run 1");
  }

  /** The quick form of the studies: no times are asserted, and nothing is learnt of the methods. */
  @Test
  void theQuickStudyRuns() {
    Path out = dir.resolve("smoke");
    Object[] command = {
      "study",
      "../studies/smoke.yaml",
      "--out",
      out,
      "--set",
      "evaluation.limit=12",
      "--set",
      "threads=2",
      "--set",
      "data.group_size=4",
      "--set",
      "budget.amount=1250",
      "--json"
    };
    JsonNode study = Cli.run(command).json().path("study");
    assertThat(study.path("variants")).hasSize(2);
    for (JsonNode variant : study.path("variants")) {
      assertThat(variant.path("seeds")).hasSize(2);
      JsonNode course = variant.path("course");
      assertThat(course.get(course.size() - 1).path("evaluations").asDouble())
          .isBetween(625.0, 1875.0);
    }
  }
}
