package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void whatIsNoFinishedRunIsNamed() throws IOException {
    Path open = run("open", 1, 0.5, "");
    assertThat(Cli.run("compare", open).err()).contains(open.toString(), "not finished");
    assertThat(Cli.run("compare", dir).err()).contains(dir.toString(), "holds no run");
  }
}
