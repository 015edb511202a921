package dev.meander.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.reward.Rewards;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user gives wrongly is named in one message. */
class PreferenceErrorsTest {
  private static final Path CLIP = Fixture.of("pref-clip").directory();
  private static final List<String> FILES =
      List.of(
          "config.json",
          "preprocessor_config.json",
          "vocab.json",
          "merges.txt",
          "tokenizer_config.json",
          "model.safetensors");

  @TempDir Path dir;

  private void copy() throws IOException {
    for (String file : FILES) {
      Files.copy(CLIP.resolve(file), dir.resolve(file));
    }
  }

  private void edit(String file, String from, String to) throws IOException {
    String text = Files.readString(dir.resolve(file));
    assertThat(text).contains(from);
    Files.writeString(dir.resolve(file), text.replace(from, to));
  }

  private static void create(String name, String settings) {
    Rewards.create(name, ConfigFile.parse(settings, "recipe")).close();
  }

  private void pickscore() {
    create("pickscore", "{model: " + dir + "}");
  }

  private static String message(Runnable work) {
    try {
      work.run();
    } catch (UserError e) {
      return e.getMessage();
    }
    throw new AssertionError("nothing was refused");
  }

  @Test
  void everyMissingFileIsNamedAtOnce() throws IOException {
    assertThat(message(this::pickscore))
        .contains("config.json", "tokenizer_config.json", "no .safetensors file");
    assertThat(message(() -> create("pickscore", "{model: nowhere}")))
        .isEqualTo("there is no directory nowhere");
    copy();
    Files.delete(dir.resolve("preprocessor_config.json"));
    Files.delete(dir.resolve("merges.txt"));
    assertThat(message(this::pickscore))
        .contains(dir + " cannot be loaded as a CLIP model:")
        .contains("there is no file " + dir.resolve("preprocessor_config.json"))
        .contains("merges.txt");
  }

  @Test
  void whatIsPublishedComesWithItsLicenceAndCommands() {
    assertThat(message(() -> create("hpsv2", "{model: models/HPSv2.1}")))
        .startsWith(
            "there is no directory models/HPSv2.1; read its licence at https://huggingface.co/xswu/HPSv2, then: hf download xswu/HPSv2 HPS_v2.1_compressed.pt --local-dir models/HPSv2.1 && hf download")
        .contains("torch.load('models/HPSv2.1/HPS_v2.1_compressed.pt'")
        .endsWith("'models/HPSv2.1/open_clip_model.safetensors')\"");
    assertThat(
            message(
                () ->
                    create(
                        "aesthetic",
                        "{model: "
                            + dir
                            + ", head: heads/sac-logos-ava1-l14-linearMSE.safetensors}")))
        .contains("-o heads/sac-logos-ava1-l14-linearMSE.safetensors.pth https://github.com/")
        .contains("sac%2Blogos%2Bava1-l14-linearMSE.pth");
    assertThat(
            message(
                () ->
                    create(
                        "image_reward",
                        "{model: " + dir + ", tokenizer: models/bert-base-uncased}")))
        .contains("hf download google-bert/bert-base-uncased tokenizer.json");
  }

  @Test
  void whatBundledRecipesNeedIsKnown() throws IOException {
    Pattern model = Pattern.compile("model: (models/(?!toybox)[^,}\\s]+)");
    Set<String> named = new TreeSet<>();
    try (Stream<Path> recipes = Files.list(Path.of("src/main/resources/recipes"))) {
      for (Path recipe : recipes.toList()) {
        model.matcher(Files.readString(recipe)).results().forEach(m -> named.add(m.group(1)));
      }
    }
    assertThat(named)
        .contains("models/PickScore_v1")
        .allSatisfy(
            path -> assertThat(PublishedCheckpoint.remedy(Path.of(path))).contains("hf download"));
  }

  @Test
  void wrongTensorsAreNamedTogether() throws IOException {
    copy();
    edit("config.json", "\"hidden_size\": 18", "\"hidden_size\": 21");
    assertThat(message(this::pickscore))
        .contains("does not fit")
        .contains("tensor vision_model.embeddings.class_embedding has shape [18], expected [21]")
        .doesNotContain("text_model");
    try (Scope scope = new Scope()) {
      Map<String, Tensor> tensors =
          new TreeMap<>(Fixture.of("pref-clip").tensors("model.safetensors"));
      tensors.remove("logit_scale");
      tensors.remove("text_model.final_layer_norm.bias");
      EngineTensors.save(dir.resolve("model.safetensors"), tensors, DType.F32, Map.of());
    }
    assertThat(message(this::pickscore))
        .contains("missing tensor logit_scale []")
        .contains("missing tensor text_model.final_layer_norm.bias [12]");
  }

  @Test
  void settingsOfTheProcessorThatCannotBeFollowedAreNamed() throws IOException {
    copy();
    edit("preprocessor_config.json", "\"resample\": 3", "\"resample\": 2");
    edit("preprocessor_config.json", "\"do_normalize\": true", "\"do_normalize\": false");
    edit("preprocessor_config.json", "\"height\": 24", "\"height\": 23");
    assertThat(message(this::pickscore))
        .contains("resample must be 3 (bicubic), found 2")
        .contains("do_normalize must be true")
        .contains("crop_size must be 24 x 24");
    edit("config.json", "\"model_type\": \"clip\"", "\"model_type\": \"siglip\"");
    assertThat(message(this::pickscore))
        .contains("model_type must be clip (a CLIPModel), found siglip");
  }

  /** What is of another kind is not as if it were missing. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "resample|\"bilinear\"",
        "resample|3.5",
        "resample|[3]",
        "rescale_factor|\"0.1\"",
        "rescale_factor|[]",
        "rescale_factor|0",
        "size|\"24\"",
        "size|[24, 24]",
        "size|{\"longest_edge\": 24}",
        "size|{\"shortest_edge\": null}",
        "size|{\"shortest_edge\": 24.5}",
        "size|1e30",
        "crop_size|\"24\"",
        "crop_size|[24, 24]",
        "crop_size|{\"height\": 24}",
        "image_mean|0.5",
        "image_std|[1, 1, null]"
      })
  void aValueOfAnotherKindIsNamed(String key, String value) throws IOException {
    String text = Files.readString(CLIP.resolve("preprocessor_config.json"));
    ObjectNode node = (ObjectNode) StrictJson.MAPPER.readTree(text);
    node.set(key, StrictJson.MAPPER.readTree(value));
    Files.writeString(dir.resolve("preprocessor_config.json"), node.toString());
    assertThat(message(() -> ImageProcessor.read(dir, 24))).contains(key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"resample", "rescale_factor", "size", "crop_size", "image_mean", "image_std"})
  void nullIsAsMissing(String key) throws IOException {
    String text = Files.readString(CLIP.resolve("preprocessor_config.json"));
    ObjectNode node = (ObjectNode) StrictJson.MAPPER.readTree(text);
    Files.writeString(dir.resolve("preprocessor_config.json"), node.putNull(key).toString());
    ImageProcessor withNull = ImageProcessor.read(dir, 24);
    node.remove(key);
    Files.writeString(dir.resolve("preprocessor_config.json"), node.toString());
    assertThat(withNull).isEqualTo(ImageProcessor.read(dir, 24));
  }

  @Test
  void aPickleIsNeverRead() throws IOException {
    copy();
    Files.move(dir.resolve("model.safetensors"), dir.resolve("pytorch_model.bin"));
    assertThat(message(this::pickscore))
        .contains("pytorch_model.bin is a pickle", "save_file", "pytorch_model.safetensors");

    Path head = dir.resolve("sac+logos+ava1-l14-linearMSE.pth");
    Files.write(head, new byte[] {(byte) 0x80, 2, 'c', 'o', 's'});
    String settings = "{model: %s, head: \"%s\"}";
    assertThat(message(() -> create("aesthetic", settings.formatted(CLIP, head))))
        .startsWith(head + " is a pickle, which can run any program when it is read; convert it")
        .contains("sac+logos+ava1-l14-linearMSE.safetensors");
    Path disguised = Files.write(dir.resolve("head"), new byte[] {'P', 'K', 3, 4});
    assertThat(message(() -> create("aesthetic", settings.formatted(CLIP, disguised))))
        .contains("is a pickle");
    assertThat(message(() -> create("aesthetic", settings.formatted(CLIP, dir.resolve("none")))))
        .isEqualTo("there is no file or directory " + dir.resolve("none"));
  }

  @Test
  void aHeadThatDoesNotFitTheEmbeddingIsRefused() {
    Path file = dir.resolve("head.safetensors");
    try (Scope scope = new Scope()) {
      Map<String, Tensor> tensors = new TreeMap<>();
      long[] widths = {768, 4, 3, 2, 2, 1};
      int[] places = {0, 2, 4, 6, 7};
      for (int i = 0; i < places.length; i++) {
        long[] shape = {widths[i + 1], widths[i]};
        tensors.put(
            "layers." + places[i] + ".weight",
            Tensors.of(new float[(int) (shape[0] * shape[1])], shape));
        tensors.put(
            "layers." + places[i] + ".bias", Tensors.of(new float[(int) shape[0]], shape[0]));
      }
      EngineTensors.save(file, tensors, DType.F32, Map.of());
    }
    assertThat(message(() -> create("aesthetic", "{model: %s, head: %s}".formatted(CLIP, file))))
        .contains(file.toString(), "14 features")
        .contains("tensor layers.0.weight has shape [4, 768], expected [4, 14]");
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatThrownBy(() -> create("pickscore", "{modle: x, scale: half, batch_size: 0}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("reward pickscore")
        .hasMessageContaining("modle is not a setting; did you mean model?")
        .hasMessageContaining("scale")
        .hasMessageContaining("batch_size must be greater than 0");
  }
}
