package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateCommandTest {
  @TempDir private Path dir;

  private static float[] read(Path file, String tensor) {
    try (Scope scope = new Scope();
        TensorStore store = TensorStore.open(file)) {
      return Tensors.floats(store.tensor(tensor, DType.F32));
    }
  }

  private Cli.Result generate(Object... args) {
    List<Object> all = new ArrayList<>(List.of("generate", "--threads", 1, "--steps", 2));
    all.addAll(List.of(args));
    Map<String, Object> otherwise =
        Map.of("--model", Cli.MODEL, "--size", "16x24", "--out", dir.resolve("sheet.png"));
    otherwise.forEach(
        (option, value) -> {
          if (!all.contains(option)) {
            all.addAll(List.of(option, value));
          }
        });
    return Cli.run(all.toArray());
  }

  @Test
  void fromTheSameNoiseItMakesWhatDiffusersMakes() {
    Path fixture = Cli.MODEL.resolve("io.safetensors");
    JsonNode made = ConfigFile.read(Cli.MODEL.resolve("io.json"));
    Path ours = dir.resolve("ours.safetensors");
    List<Object> args = new ArrayList<>(List.of("generate"));
    made.path("prompts").forEach(p -> args.add(p.asText()));
    args.addAll(List.of("--model", Cli.MODEL, "--noise", fixture, "--save-latents", ours));
    args.addAll(List.of("--steps", made.path("steps").asInt(), "--batch-size", 2));
    args.addAll(List.of("--guidance", made.path("guidance_scale").asDouble(), "--threads", 1));
    args.addAll(List.of("--negative", made.path("negative_prompt").asText()));
    args.addAll(List.of("--out", dir.resolve("sheet.png")));

    assertThat(Cli.run(args.toArray()).status()).isZero();

    assertThat(read(ours, "noise")).isEqualTo(read(fixture, "noise"));
    assertThat(read(ours, "latents")).containsExactly(read(fixture, "latents"), within(1e-4f));
    float[] theirs = read(fixture, "image");
    float lowest = 1;
    for (float v : theirs) {
      lowest = Math.min(lowest, v);
    }
    assertThat(lowest).as("the fixture's images are in 0 to 1").isNotNegative();
    assertThat(read(ours, "image")).containsExactly(theirs, within(1e-4f));
  }

  @Test
  void fluxFromTheSameNoiseAndWithAnotherGuidance() {
    Path model = Cli.MODEL.resolveSibling("pipe-flux-dev");
    Path fixture = model.resolve("io.safetensors");
    JsonNode made = ConfigFile.read(model.resolve("io.json"));
    List<Object> args = new ArrayList<>(List.of("generate"));
    made.path("prompts").forEach(p -> args.add(p.asText()));
    args.addAll(List.of("--model", model, "--noise", fixture, "--threads", 1));
    args.addAll(List.of("--steps", made.path("steps").asInt(), "--out", dir.resolve("a.png")));
    Path usual = dir.resolve("usual.safetensors");
    Path other = dir.resolve("other.safetensors");

    assertThat(Cli.run(with(args, "--save-latents", usual)).status()).isZero();
    assertThat(Cli.run(with(args, "--save-latents", other, "--embedded-guidance", 1)).status())
        .isZero();

    assertThat(read(usual, "latents"))
        .containsExactly(read(model.resolve("io.safetensors"), "latents.512"), within(1e-3f));
    assertThat(read(other, "latents")).isNotEqualTo(read(usual, "latents"));
  }

  private static Object[] with(List<Object> args, Object... more) {
    List<Object> all = new ArrayList<>(args);
    all.addAll(List.of(more));
    return all.toArray();
  }

  @Test
  void imagesLargerThanTheAutoencodersOwnInTiles() {
    Path model = Cli.MODEL.resolveSibling("pipe-flux-schnell");
    Path whole = dir.resolve("whole.safetensors");
    Path tiled = dir.resolve("tiled.safetensors");
    generate("a star", "--model", model, "--save-latents", whole, "--size", "32x24");
    generate("a star", "--model", model, "--save-latents", tiled, "--size", "32x24", "--tiled");
    assertThat(read(tiled, "latents")).isEqualTo(read(whole, "latents"));
    assertThat(read(tiled, "image"))
        .hasSameSizeAs(read(whole, "image"))
        .isNotEqualTo(read(whole, "image"));
  }

  @Test
  void theSheetHoldsEveryPictureInOrder() throws IOException {
    JsonNode json = generate("a red circle", "a star", "--count", 2, "--json").json();

    assertThat(json.path("images").findValuesAsText("prompt"))
        .containsExactly("a red circle", "a red circle", "a star", "a star");
    Image sheet = Png.read(Path.of(json.path("out").asText()));
    JsonNode last = json.path("images").get(3);
    assertThat(last.path("x").asInt() + last.path("width").asInt()).isLessThan(sheet.width());
    assertThat(last.path("y").asInt() + last.path("height").asInt()).isLessThan(sheet.height());
    assertThat(last.path("width").asInt()).isEqualTo(24 * 8);
  }

  @Test
  void everyImageByItselfIsWhatScoreTakes() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("prompts.jsonl"),
            """
            {"prompt": "a photo of two red circles", "tag": "counting", "include": [{"class": "circle", "count": 2}]}
            {"prompt": "\u00dcber/..", "tag": "single_object", "include": [{"class": "star", "count": 1}]}
            """);
    Path folder = dir.resolve("new/pictures");

    JsonNode json =
        Cli.run(
                "generate",
                "--file",
                file,
                "--count",
                2,
                "--out-dir",
                folder,
                "--json",
                "--model",
                Cli.MODEL,
                "--size",
                "16x24",
                "--steps",
                2,
                "--threads",
                1)
            .json();

    assertThat(json.path("out").isNull()).as("no sheet is asked for").isTrue();
    assertThat(json.path("images").findValuesAsText("file"))
        .extracting(image -> folder.relativize(Path.of(image)).toString())
        .containsExactly(
            "0000-a-photo-of-two-red-circles.png",
            "0001-a-photo-of-two-red-circles.png",
            "0002-\u00fcber.png",
            "0003-\u00fcber.png");
    assertThat(Png.read(folder.resolve("0003-\u00fcber.png")).width()).isEqualTo(24);
    List<String> lines = Files.readAllLines(folder.resolve("metadata.jsonl"));
    assertThat(lines).hasSize(4);
    assertThat(ConfigFile.parse(lines.get(1), "line"))
        .isEqualTo(
            ConfigFile.parse(
                "{file_name: 0001-a-photo-of-two-red-circles.png, prompt: a photo of two red circles,"
                    + " tag: counting, include: [{class: circle, count: 2}]}",
                "expected"));
    List<Object> score = new ArrayList<>(List.of("score", "--reward", "compositional", "--json"));
    score.addAll(List.of("--reward", "win_rate={reward: jpeg_compressibility}"));
    score.addAll(List.of("--metadata", folder.resolve("metadata.jsonl")));
    json.path("images").forEach(image -> score.add(image.path("file").asText()));
    assertThat(Cli.run(score.toArray()).json().path("images")).hasSize(4);

    Object[] fewer = {"a star", "--out-dir", folder, "--out", dir.resolve("sheet.png")};
    Cli.Result refused = generate(fewer);
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("is not empty", "--overwrite");
    assertThat(generate(with(List.of(fewer), "--overwrite")).out())
        .contains(folder + " and " + dir.resolve("sheet.png") + ": 1 image in");
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder("0000-a-star.png", "metadata.jsonl");
    assertThat(generate("x", "--out-dir", file).err()).contains("is a file");
  }

  @Test
  void theSeedDecidesWhateverTheBatch() {
    Path a = dir.resolve("a.safetensors");
    Path b = dir.resolve("b.safetensors");
    Path c = dir.resolve("c.safetensors");
    generate("x", "--count", 3, "--seed", 5, "--save-latents", a);
    generate("x", "--count", 3, "--seed", 5, "--save-latents", b, "--batch-size", 2);
    generate("x", "--count", 3, "--seed", 6, "--save-latents", c);

    assertThat(read(b, "noise")).isEqualTo(read(a, "noise")).isNotEqualTo(read(c, "noise"));
    assertThat(read(b, "latents")).containsExactly(read(a, "latents"), within(1e-5f));
  }

  @Test
  void anAdapterChangesThePictures() {
    Path without = dir.resolve("without.safetensors");
    Path with = dir.resolve("with.safetensors");
    Path adapter = TrainedWeightsTest.adapter(dir.resolve("adapter"));
    generate("x", "--save-latents", without);
    Cli.Result result = generate("x", "--save-latents", with, "--adapter", adapter);

    assertThat(result.err()).isEmpty();
    assertThat(read(with, "noise")).isEqualTo(read(without, "noise"));
    assertThat(read(with, "latents")).isNotEqualTo(read(without, "latents"));
  }

  @Test
  void promptsComeFromAFile() throws IOException {
    Path file = Files.writeString(dir.resolve("prompts.txt"), "one\ntwo\n");

    assertThat(generate("--file", file, "--json").json().path("images").findValuesAsText("prompt"))
        .containsExactly("one", "two");
  }

  @Test
  void everyBrokenLineOfAPromptFileIsNamed() throws IOException {
    Path file = dir.resolve("prompts.jsonl");
    Files.writeString(file, "{\"prompt\": \"a\"}\n{\"promt\": 1}\nnonsense\n");

    Cli.Result result = generate("--file", file);

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("prompts.jsonl:2", "prompts.jsonl:3").doesNotContain("\tat ");
  }

  @Test
  void wrongInputIsRefusedBeforeTheWork() throws IOException {
    assertThat(generate().err()).contains("nothing to draw");
    assertThat(generate("x", "--count", 0).err()).contains("--count must be at least 1");
    assertThat(generate("x", "--size", "64").err()).contains("--size must be like 64x64");
    assertThat(generate("x", "--size", "17x24").err()).contains("multiple of");
    assertThat(generate("x", "--model", dir.resolve("none")).err())
        .contains("there is no directory");
    assertThat(generate("x", "--out", dir).err()).contains("is a directory");
    assertThat(generate("x", "--adapter", dir.resolve("no")).err())
        .contains("no adapter directory");
    Path blocked = Files.writeString(dir.resolve("file"), "").resolve("sheet.png");
    assertThat(generate("x", "--out", blocked).err()).contains("cannot write");
    assertThat(generate("x", "--out", blocked).status()).isEqualTo(2);
    assertThat(dir.resolve("sheet.png")).doesNotExist();
  }

  @Test
  void noiseThatDoesNotFitIsRefused() {
    Path file = dir.resolve("noise.safetensors");
    try (Scope scope = new Scope()) {
      EngineTensors.save(
          file, Map.of("noise", Tensors.of(new float[96], 2, 3, 4, 4)), DType.F32, Map.of());
    }
    assertThat(generate("x", "--noise", file).err()).contains("[2, 3, 4, 4]", "[N, 4, h, w]");
    Path fixture = Cli.MODEL.resolve("io.safetensors");
    assertThat(generate("x", "y", "--noise", fixture).err()).contains("3 images", "2 prompts");
    Path other = TrainedWeightsTest.adapter(dir.resolve("a")).resolve("adapter_model.safetensors");
    assertThat(generate("x", "--noise", other).err()).contains("no tensor `noise`");
    assertThat(generate("x", "--noise", dir.resolve("none")).status()).isEqualTo(2);
  }
}
