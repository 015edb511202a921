package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.toybox.Example;
import dev.meander.toybox.Kind;
import dev.meander.toybox.Mixture;
import dev.meander.toybox.Toybox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreCommandTest {
  @TempDir private Path dir;
  private Path red;
  private Path grey;

  @BeforeEach
  void pictures() throws IOException {
    red = plain("red.png", 255, 0, 0);
    grey = plain("grey.png", 127, 127, 127);
  }

  private Path plain(String name, int... color) throws IOException {
    byte[] rgb = new byte[3 * 8 * 8];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) color[i % 3];
    }
    Png.write(dir.resolve(name), new Image(8, 8, rgb));
    return dir.resolve(name);
  }

  @Test
  void everyRewardScoresEveryPicture() throws IOException {
    Path blue = Files.writeString(dir.resolve("blue.yaml"), "target: [0, 0, 255]\n");
    Cli.Result result =
        Cli.run(
            "score",
            "--reward",
            "mean_color",
            "--reward",
            "mean_color=" + blue,
            "--reward",
            "constant={value: 2}",
            "--prompt",
            "red",
            red,
            grey,
            "--json");

    JsonNode json = result.json();
    assertThat(result.status()).isZero();
    assertThat(json.path("images")).hasSize(2);
    JsonNode scores = json.path("images").path(0).path("scores");
    assertThat(scores.path("mean_color").asDouble()).isEqualTo(1);
    // From red to blue: 255 sqrt(2) of the longest way, 255 sqrt(3).
    assertThat(scores.path("mean_color_1").asDouble())
        .isCloseTo(1 - Math.sqrt(2.0 / 3), within(1e-6));
    assertThat(json.path("means").path("constant").asDouble()).isEqualTo(2);
    assertThat(json.path("images").path(1).path("image").asText()).isEqualTo(grey.toString());
  }

  @Test
  void peopleGetATable() {
    Cli.Result result = Cli.run("score", "--reward", "mean_color", "--prompt", "red", red, grey);

    assertThat(result.out().lines().toList())
        .hasSize(4)
        .satisfies(l -> assertThat(l.get(0)).startsWith("image").endsWith("mean_color"))
        .satisfies(l -> assertThat(l.get(1)).startsWith(red.toString()).endsWith("1.0000"))
        .satisfies(l -> assertThat(l.get(3)).startsWith("mean "));
  }

  @Test
  void metadataOfAPromptFileSaysWhatMustBeThere() throws IOException {
    Example example = new Toybox(3, new Mixture(Map.of(Kind.COLORS, 1.0))).example(0);
    Path picture = dir.resolve("image.png");
    Png.write(picture, example.image());
    Path lines = dir.resolve("lines.jsonl");
    Files.writeString(
        lines,
        example.metadata()
            + "\n{\"tag\":\"counting\",\"include\":[{\"class\":\"star\",\"count\":4}],\"prompt\":\"four stars\"}\n");
    String reward = "compositional={mode: strict}";

    JsonNode both =
        Cli.run("score", "--reward", reward, "--metadata", lines, picture, picture, "--json")
            .json();
    assertThat(both.path("images").path(0).path("scores").path("compositional").asInt())
        .isEqualTo(1);
    JsonNode wrong = both.path("images").path(1);
    assertThat(wrong.path("scores").path("compositional").asInt()).isZero();
    assertThat(wrong.path("verdicts").path("compositional").path("reasons").path(0).asText())
        .startsWith("expected star >= 4");

    Cli.Result chosen =
        Cli.run("score", "--reward", reward, "--metadata", lines, "-p", "four stars", picture);
    assertThat(chosen.out()).contains("0.0000", "expected star >= 4");
    assertError(
        Cli.run("score", "--reward", reward, "--metadata", lines, picture), "2 prompts", "1 imag");
    assertError(
        Cli.run("score", "--reward", reward, "--metadata", lines, "-p", "a cat", picture),
        "no line with the prompt");
  }

  @Test
  void picturesOfAPromptAreAGroup() throws IOException {
    String rate = "win_rate={reward: mean_color, config: {target: [255, 0, 0]}}";
    JsonNode one = Cli.run("score", "-r", rate, "-p", "red", red, grey, red, "--json").json();
    assertThat(one.path("images").path(0).path("scores").path("win_rate").asDouble())
        .isEqualTo(0.75);
    assertThat(one.path("images").path(1).path("scores").path("win_rate").asDouble()).isZero();

    Path lines = Files.writeString(dir.resolve("lines.txt"), "a\nb\nb\nb\n");
    assertError(
        Cli.run("score", "-r", rate, "-m", lines, red, grey, grey, red),
        "win_rate compares the images of a prompt",
        "a single one of \"a\"");
    Cli.Result eval = Cli.run("eval", "quickstart", "--set", "evaluation.reward={name: win_rate}");
    assertError(eval, "evaluation.reward: win_rate compares the images of a group");
  }

  @Test
  void whatIsWrongIsNamed() throws IOException {
    Path text = Files.writeString(dir.resolve("text.png"), "no image");
    Path missing = dir.resolve("missing.png");

    assertError(
        Cli.run("score", "--reward", "constant", "--prompt", "x", red, text, missing),
        "cannot read the image " + text,
        "no image at " + missing);
    assertError(
        Cli.run("score", "--reward", "mean_colour", "--prompt", "x", missing),
        "there is no reward mean_colour",
        "did you mean mean_color?");
    assertError(
        Cli.run("score", "--reward", "mean_color={taget: 1}", "--prompt", "x", red),
        "reward mean_color",
        "did you mean target?");
    assertError(
        Cli.run("score", "--reward", "constant=" + missing, "--prompt", "x", red),
        "there is no file " + missing);
    assertError(Cli.run("score", "--reward", "constant", red), "--prompt TEXT", "--metadata FILE");
    assertError(Cli.run("score", "--prompt", "x", red), "--reward");
    assertError(
        Cli.run("score", "--reward", "compositional", "--prompt", "x", red),
        "not in GenEval's form");
    assertError(
        Cli.run("score", "--reward", "ocr", "--prompt", "a sign", missing),
        "prompt --prompt, reward ocr: a text prompt needs its text in double quotes");
  }

  /** Verdicts and scores come of one look. */
  @Test
  void everyPictureIsJudgedOnce() {
    CountingProvider.judged.set(0);
    Cli.Result result =
        Cli.run("score", "--reward", "counting", "--prompt", "red", red, grey, "--json");
    assertThat(result.json().path("means").path("counting").asDouble()).isEqualTo(0.25);
    assertThat(CountingProvider.judged).hasValue(2);
  }

  private static void assertError(Cli.Result result, String... parts) {
    assertThat(result.status()).as(result.err()).isEqualTo(Failures.WRONG_INPUT);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains(Arrays.asList(parts)).doesNotContain("\tat ");
  }
}
