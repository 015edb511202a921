package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.internal.report.Interval;
import dev.meander.testing.PageData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
  private static final String END =
      "{\"type\":\"run_finished\",\"step\":2,\"summary\":{},\"timing\":{\"time\":\"2026-01-02T03:04:05.678Z\",\"seconds\":30.0}}\n";

  @TempDir private Path dir;

  private Path run(String recipe, int seed, double after, String end) throws IOException {
    Path run = Files.createDirectory(dir.resolve(recipe + seed));
    Files.writeString(run.resolve("recipe.yaml"), "name: %s\nseed: %d\n".formatted(recipe, seed));
    StringBuilder lines = new StringBuilder();
    String time = "\"timing\":{\"time\":\"2026-01-02T03:04:05.678Z\",\"seconds\":1.0}}\n";
    double[] scores = {0.25, after};
    for (int step = 0; step < 2; step++) {
      lines.append(
          "{\"type\":\"evaluation_finished\",\"step\":%d,\"score\":%s,\"tasks\":{},\"n\":4,"
              .formatted(step * 2, scores[step]));
      lines.append(time);
      lines.append(
          ("{\"type\":\"rollout_finished\",\"step\":%d,\"images\":8,\"reward_mean\":0.5,\"reward_std\":0.1,"
                  + "\"rewards\":{},\"zero_std_ratio\":0.0,\"passes\":10,\"evaluations\":80,")
              .formatted(step + 1));
      lines.append(time);
    }
    Files.writeString(run.resolve("metrics.jsonl"), lines + end);
    return run;
  }

  @Test
  void runsOfARecipeStandTogether() throws IOException {
    Path a = run("slow", 1, 0.35, END);
    Path b = run("slow", 2, 0.45, END);
    Path c = run("fast", 1, 0.75, END);

    JsonNode json = Cli.run("compare", a, b, c, "--json").json();
    JsonNode slow = json.path("recipes").get(0);
    assertThat(slow.path("recipe").asText()).isEqualTo("slow");
    assertThat(slow.path("gain").asDouble()).isCloseTo(0.15, within(1e-12));
    assertThat(slow.path("gain_std").asDouble()).isCloseTo(Math.sqrt(0.005), within(1e-12));
    assertThat(slow.path("runs").get(1).path("seed").asInt()).isEqualTo(2);
    assertThat(slow.path("runs").get(1).path("passes").asInt()).isEqualTo(20);
    assertThat(json.path("recipes").get(1).path("runs").get(0).path("evaluations").asInt())
        .isEqualTo(160);

    assertThat(Cli.run("compare", a, b, c).out())
        .contains("0.150 ± 0.071", "0.500", "slow", "fast");
  }

  @Test
  void twoRunsOfASeedAreOneSeed() throws IOException {
    Path a = run("a", 1, 0.35, END);
    Path again = run("b", 1, 0.45, END);
    Path other = run("c", 2, 0.55, END);
    for (Path run : List.of(a, again, other)) {
      Files.writeString(
          run.resolve("recipe.yaml"), "name: one\nseed: %d\n".formatted(run.equals(other) ? 2 : 1));
    }

    JsonNode alone = Cli.run("compare", a, again, "--json").json().path("recipes").get(0);

    assertThat(alone.path("runs").findValuesAsText("path")).containsExactly(a.toString());
    assertThat(alone.path("score_after").asDouble()).isEqualTo(0.35);
    assertThat(alone.has("gain_std")).isFalse();
    assertThat(alone.path("gain_95").isMissingNode()).as("no interval over one seed").isTrue();
    assertThat(alone.path("counted_once").get(0).asText())
        .contains(again.toString(), "one seed", "0.450 and 0.350");
    assertThat(Cli.run("compare", a, again).out()).contains("one seed").doesNotContain("±");

    JsonNode three = Cli.run("compare", a, again, other, "--json").json().path("recipes").get(0);
    JsonNode two = Cli.run("compare", a, other, "--json").json().path("recipes").get(0);
    assertThat(three.path("gain_95")).isEqualTo(two.path("gain_95"));
    assertThat(three.path("gain_95").path("n").asInt()).isEqualTo(2);

    JsonNode named = Cli.run("compare", a, a + "/.", "--json").json().path("recipes").get(0);
    assertThat(named.has("counted_once")).as("a run that is named twice").isFalse();
  }

  @Test
  void runsOfOneNameWithOtherSettingsStandApart() throws IOException {
    Path a = run("a", 1, 0.35, END);
    Path b = run("b", 1, 0.45, END);
    Path c = run("c", 2, 0.55, END);
    for (Path run : List.of(a, b, c)) {
      String seed = run.equals(c) ? "2" : "1";
      Files.writeString(
          run.resolve("recipe.yaml"),
          "name: one\nseed: %s\nupdate: {batch_size: %d}\nevaluation: {prompts: x, every: %s}\n"
              .formatted(seed, run.equals(a) ? 8 : 16, seed));
    }

    JsonNode json = Cli.run("compare", a, b, c, "--json").json();

    assertThat(json.path("recipes")).hasSize(2);
    assertThat(json.path("recipes").get(0).path("settings").toString())
        .isEqualTo("{\"update.batch_size\":\"8\"}");
    assertThat(json.path("recipes").get(1).path("runs")).hasSize(2);
    assertThat(json.path("evaluations_differ").isMissingNode()).isTrue();
    assertThat(Cli.run("compare", a, b, c).out()).contains("update.batch_size", "0.500 ± 0.071");
  }

  @Test
  void otherEvaluationsAreNotComparedAtAll() throws IOException {
    Path a = run("a", 1, 0.35, END);
    Path b = run("b", 2, 0.45, END);
    Files.writeString(
        a.resolve("recipe.yaml"), "name: one\nseed: 1\nevaluation: {prompts: x, limit: 4}\n");
    Files.writeString(
        b.resolve("recipe.yaml"), "name: one\nseed: 2\nevaluation: {prompts: x, limit: 9}\n");

    Cli.Result result = Cli.run("compare", a, b);

    assertThat(result.out())
        .contains("not evaluated alike (evaluation.limit)", "evaluation.limit: 9")
        .doesNotContain("±", "less the first's");
    JsonNode json = Cli.run("compare", a, b, "--json").json();
    assertThat(json.path("recipes")).hasSize(2);
    assertThat(json.path("recipes").get(1).path("evaluation").asInt()).isOne();
    assertThat(json.path("evaluations_differ").get(1).path("evaluation.limit").asText())
        .isEqualTo("9");
  }

  @Test
  void oneRunAgainstAnotherIsPairedByPrompt() throws IOException {
    Path a = run("a", 1, 0.5, END);
    Path b = run("b", 1, 0.75, END);
    double[][] afters = {{0.25, 0.75, 0.5, 0.5}, {0.5, 1, 0.75, 0.75}};
    for (int i = 0; i < 2; i++) {
      Path scores = Files.createDirectory((i == 0 ? a : b).resolve("evaluations"));
      for (int step : new int[] {0, 2}) {
        Files.writeString(
            scores.resolve("step-%06d.json".formatted(step)),
            "{\"images_per_prompt\":1,\"prompts\":[\"p\",\"q\",\"r\",\"s\"],\"tags\":[\"x\",\"x\",\"x\",\"x\"],\"scores\":%s}"
                .formatted(step == 0 ? "[0,0.5,0.25,0.25]" : Arrays.toString(afters[i])));
      }
    }

    JsonNode second = Cli.run("compare", a, b, "--json").json().path("recipes").get(1);

    // Every prompt is better by the same 0.25, so nothing is left of their scatter.
    JsonNode against = second.path("after_less_the_first_95");
    assertThat(against.path("over").asText()).isEqualTo("prompts");
    assertThat(against.path("low").asDouble()).isCloseTo(0.25, within(1e-12));
    assertThat(against.path("high").asDouble()).isCloseTo(0.25, within(1e-12));
    assertThat(second.path("gain_95").path("low").asDouble()).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void thePageHoldsTheTableAndTheRuns() throws IOException {
    Path a = run("slow", 1, 0.35, END);
    Path b = run("slow", 2, 0.45, END);
    Path c = run("fast", 1, 0.75, END);
    Path file = dir.resolve("pages/compare.html");

    JsonNode json = Cli.run("compare", a, b, c, "--out", file, "--json").json();

    assertThat(json.path("page").asText()).isEqualTo(file.toString());
    JsonNode page = PageData.of(file);
    assertThat(page.path("comparison").path("recipes")).isEqualTo(json.path("recipes"));
    assertThat(page.at("/comparison/recipes/0/gain_95/n").asInt()).isEqualTo(2);
    assertThat(page.path("runs").findValuesAsText("group")).containsExactly("slow", "slow", "fast");
    assertThat(page.path("runs").findValuesAsText("evaluation")).containsOnly("0");
    assertThat(
            page.path("curves")
                .path(c.toString())
                .path("evaluation_finished.score")
                .path("y")
                .toString())
        .isEqualTo("[0.25,0.75]");
    assertThat(Cli.run("compare", a, b, c, "--out", file).out()).contains("Page  " + file);
  }

  @Test
  void intervalsOverSeedsAreStudents() {
    Interval interval = Interval.of(new double[] {1, 2, 3}, "seeds").orElseThrow();
    // t(0.975, 2) = 4.303, standard error 1 / sqrt(3)
    assertThat(interval.low()).isCloseTo(2 - 4.303 / Math.sqrt(3), within(1e-9));
    assertThat(interval.differs()).isFalse();
    // Welch's degrees of freedom are 4 here: t = 2.776, standard error sqrt(2 / 3)
    Interval between =
        Interval.between(new double[] {5, 6, 7}, new double[] {1, 2, 3}, "seeds").orElseThrow();
    assertThat(between.half()).isCloseTo(2.776 * Math.sqrt(2.0 / 3), within(1e-9));
    assertThat(between.differs()).isTrue();
    assertThat(Interval.of(new double[] {1}, "seeds")).isEmpty();
  }

  @Test
  void whatIsNoFinishedRunIsNamed() throws IOException {
    Path open = run("open", 1, 0.5, "");
    assertThat(Cli.run("compare", open).err()).contains(open.toString(), "not finished");
    assertThat(Cli.run("compare", dir).err()).contains(dir.toString(), "holds no run");
  }
}
