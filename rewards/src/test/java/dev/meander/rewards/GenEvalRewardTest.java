package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Box;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import dev.meander.reward.TaskEvaluator;
import dev.meander.reward.Verdict;
import dev.meander.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A "detector" that sees a cat in the left half and a dog in the right one, the brighter the surer,
 * and an "image tower" whose embedding is the mean colour (tools/parity/make_onnx.py).
 */
class GenEvalRewardTest {
  private static final double[][] COLORS = {
    {1, 0, 0},
    {1, .5, 0},
    {1, 1, 0},
    {0, 1, 0},
    {0, 0, 1},
    {.5, 0, .5},
    {1, .6, .8},
    {.5, .3, .1},
    {.01, .01, .02},
    {1, 1, 1}
  };

  @TempDir private Path dir;

  @BeforeEach
  void files() throws IOException {
    Files.writeString(dir.resolve("classes.txt"), "cat\ndog\n");
    float[] rows = new float[30];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) COLORS[i / 3][i % 3];
    }
    SafetensorsWriter.TensorData texts = SafetensorsWriter.TensorData.of(rows, 10, 3);
    SafetensorsWriter.write(
        dir.resolve("colors.safetensors"), Map.of("cat", texts, "dog", texts), Map.of());
  }

  private String config(String more) {
    return """
        detector:
          file: src/test/resources/onnx/detector.onnx
          classes: %s
          size: [16, 16]
          mean: [0, 0, 0]
          std: [1, 1, 1]
        colors:
          file: src/test/resources/onnx/embedder.onnx
          texts: %s
          size: [4, 4]
          mean: [0, 0, 0]
          std: [1, 1, 1]
        """
            .formatted(dir.resolve("classes.txt"), dir.resolve("colors.safetensors"))
        + more;
  }

  private Reward create(String config) {
    return Rewards.create("geneval", ConfigFile.parse(config, "test"));
  }

  /** 32 x 32, the left half of one colour and the right half of another. */
  private static Image halves(int[] left, int[] right) {
    byte[] rgb = new byte[3 * 32 * 32];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3 % 32 < 16 ? left : right)[i % 3];
    }
    return new Image(32, 32, rgb);
  }

  private static Reward.Sample sample(String metadata, int[] left, int[] right) {
    return new Reward.Sample(
        new Prompt("p", "x", ConfigFile.parse(metadata, "test")), halves(left, right));
  }

  private static final int[] WHITE = {255, 255, 255};
  private static final int[] YELLOW = {255, 255, 0};
  private static final int[] BLACK = {0, 0, 0};
  private static final int[] BLUE = {60, 60, 255};

  @Test
  void theRulesOverWhatTheNetworksSee() {
    String left =
        "{tag: position, include: [{class: dog, count: 1}, {class: cat, count: 1, position: [left of, 0]}]}";
    String right = left.replace("left of", "right of");
    String yellow = "{tag: colors, include: [{class: cat, count: 1, color: yellow}]}";
    String counting = "{tag: counting, include: [{class: dog, count: 1}]}";
    List<Verdict> verdicts;
    try (Reward reward = create(config(""))) {
      List<Reward.Sample> samples =
          List.of(
              sample(left, WHITE, WHITE),
              sample(right, WHITE, WHITE),
              sample(left, WHITE, BLACK),
              sample(yellow, YELLOW, BLUE),
              sample(yellow, BLUE, YELLOW),
              sample(counting, WHITE, WHITE),
              sample(counting.replace("counting", "single_object"), WHITE, WHITE));
      verdicts = ((TaskEvaluator) reward).judge(samples);
      float[] scores = reward.score(samples);
      assertThat(scores[0]).isEqualTo(1f);
      assertThat(scores[1])
          .isCloseTo(3 / 4f, within(1e-6f)); // found, found, wrongly placed, has a target
    }
    assertThat(verdicts)
        .extracting(Verdict::correct)
        // The dog's score is 0.8: too unsure for counting.
        .containsExactly(true, false, false, true, false, false, true);
    try (Reward strict = create(config("mode: strict"))) {
      assertThat(strict.score(List.of(sample(left, WHITE, WHITE), sample(right, WHITE, WHITE))))
          .containsExactly(1f, 0f);
    }
  }

  private static final String WHITE_CAT =
      "{tag: colors, include: [{class: cat, count: 1, color: white}]}";

  /** 32 x 32, white above and blue below; the cat's box is the left half, its mask the upper. */
  private static Reward.Sample whiteAboveBlue() {
    byte[] rgb = new byte[3 * 32 * 32];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3 / 32 < 16 ? WHITE : BLUE)[i % 3];
    }
    return new Reward.Sample(
        new Prompt("p", "x", ConfigFile.parse(WHITE_CAT, "test")), new Image(32, 32, rgb));
  }

  @Test
  void whatLiesOutsideOfTheMaskIsGreyForTheColour() {
    String masked =
        config("")
            .replace("onnx/detector.onnx", "onnx/masks.onnx")
            .replace("size: [16, 16]", "units: relative");
    try (Reward with = create(masked);
        Reward without = create(masked.replace("units", "masks: none\n  units"))) {
      assertThat(with.score(List.of(whiteAboveBlue()))).containsExactly(1f);
      assertThat(without.score(List.of(whiteAboveBlue()))).containsExactly(0.5f);
    }
    byte[] grey = new byte[3];
    Image cut = new OnnxDetector.Mask(new float[] {0, 1, 1, 1}, 0, 2, 2).cut(halves(YELLOW, BLUE));
    System.arraycopy(cut.rgb(), 0, grey, 0, 3);
    assertThat(grey).containsOnly((byte) 0x99);
    assertThat(cut.at(16, 0, 2)).isEqualTo(255);
    assertThat(cut.at(0, 16, 0)).isEqualTo(255);
  }

  @Test
  void aFolderHoldsAllThatIsNeededAndIsLoadedOnceForBothModes() throws IOException {
    Path onnx = Path.of("src/test/resources/onnx");
    Files.copy(onnx.resolve("masks.onnx"), dir.resolve("detector.onnx"));
    Files.copy(onnx.resolve("embedder.onnx"), dir.resolve("clip-image.onnx"));
    ObjectNode graded = ConfigFile.parse("{directory: %s, mode: graded}".formatted(dir), "test");
    ObjectNode strict = ConfigFile.parse("{directory: %s, mode: strict}".formatted(dir), "test");
    RewardProvider provider = Rewards.provider("geneval");
    assertThat(provider.loading(graded)).isEqualTo(provider.loading(strict));
    assertThat(provider.files(graded)).hasSize(4).allMatch(Files::exists);
    try (Reward loaded = provider.create(graded)) {
      Reward.Sample blue = new Reward.Sample(whiteAboveBlue().prompt(), halves(BLUE, YELLOW));
      assertThat(loaded.score(List.of(whiteAboveBlue(), blue))).containsExactly(1f, 0.5f);
      assertThat(provider.sharing(loaded, strict).score(List.of(whiteAboveBlue(), blue)))
          .containsExactly(1f, 0f);
    }
  }

  @Test
  void aFolderThatIsNotThereNamesTheScript() {
    assertThatThrownBy(() -> create("directory: nowhere"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("nowhere")
        .hasMessageContaining("tools/export/export_geneval.py");
    assertThatThrownBy(() -> create("mode: strict"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("give directory");
    assertThatThrownBy(() -> create(config("directory: here")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("give directory");
  }

  @Test
  void whatCannotBeSeenIsAnErrorAndNoSilentZero() {
    String unicorn = "{tag: single_object, include: [{class: unicorn, count: 1}]}";
    String mauve = "{tag: colors, include: [{class: cat, count: 1, color: mauve}]}";
    try (Reward reward = create(config(""))) {
      assertThatThrownBy(() -> reward.score(List.of(sample(unicorn, WHITE, WHITE))))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("no class unicorn");
      assertThatThrownBy(() -> reward.score(List.of(sample(mauve, WHITE, WHITE))))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("mauve is none of the colours");
    }
    String blind = config("").substring(0, config("").indexOf("colors:"));
    try (Reward reward = create(blind)) {
      assertThatThrownBy(
              () -> reward.score(List.of(sample(mauve.replace("mauve", "red"), WHITE, WHITE))))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("the key colors names no classifier");
    }
  }

  /** Pixels of the input taken for shares of the image lie far outside of it. */
  @Test
  void boxesEndWithTheImage() {
    String relative = config("").replace("  size: [16, 16]", "  size: [16, 16]\n  units: relative");
    GenEvalConfig config =
        Binder.bind(ConfigFile.parse(relative, "test"), GenEvalConfig.class, "test");
    try (OnnxDetector detector = new OnnxDetector(config.seeing())) {
      assertThat(detector.detect(halves(WHITE, WHITE)))
          .extracting(OnnxDetector.Seen::box)
          .containsExactly(new Box(0, 0, 32, 32), new Box(32, 0, 32, 32));
    }
  }

  /** Compared as if it were a number, NaN is below every threshold and any colour is red. */
  @Test
  void whatIsNoFiniteNumberIsAnErrorAndNoVerdict() throws IOException {
    String[] parts = config("").split("(?=colors:)");
    String small = "std: [1.0e-40, 1, 1]";
    try (Reward detector = create(parts[0].replace("std: [1, 1, 1]", small) + parts[1]);
        Reward tower = create(parts[0] + parts[1].replace("std: [1, 1, 1]", small))) {
      assertThatThrownBy(() -> detector.score(List.of(whiteAboveBlue())))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("detector.onnx gave ");
      assertThatThrownBy(() -> tower.score(List.of(whiteAboveBlue())))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("embedder.onnx gave ");
    }
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 0}) {
      float[] rows = new float[30];
      Arrays.fill(rows, 1);
      Arrays.fill(rows, 3, 6, wrong);
      SafetensorsWriter.TensorData texts = SafetensorsWriter.TensorData.of(rows, 10, 3);
      SafetensorsWriter.write(
          dir.resolve("colors.safetensors"), Map.of("cat", texts, "dog", texts), Map.of());
      assertThatThrownBy(() -> create(config("")))
          .as("%s", wrong)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("the row for orange of the tensor");
    }
  }

  @Test
  void filesThatDoNotFitAreExplained() throws IOException {
    Path other = Files.writeString(dir.resolve("other.txt"), "cat\ndog\nowl\n");
    String config = config("").replace(dir.resolve("classes.txt").toString(), other.toString());
    assertThatThrownBy(() -> create(config))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no tensor for the classes owl");
    assertThatThrownBy(
            () -> create(config("").replace("  std: [1, 1, 1]\ncolors", "  boxes: b\ncolors")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("must have the outputs b, scores, labels");
    assertThatThrownBy(() -> create(config("").replace("detector.onnx", "no.onnx")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("there is no file");
  }
}
