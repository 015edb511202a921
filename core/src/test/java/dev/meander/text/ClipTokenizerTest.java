package dev.meander.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.tensor.Scope;
import dev.meander.testing.Fixture;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClipTokenizerTest {
  private static final Path PIPE = Fixture.of("pipe-sd3").directory();
  private static final ClipTokenizer SHARED = ClipTokenizer.load(PIPE.resolve("tokenizer"));
  private static final int LENGTH = 16;
  private static final long START = 572;
  private static final long END = 573;
  private static final List<String> TEXTS =
      List.of(
          "",
          "   ",
          "a photo of a red circle",
          "Red\tSTAR \n isn't 4, é!",
          "!!! ! a!b",
          "<|endoftext|> in the middle <|startoftext|>",
          "🎨🖌️ a 👩‍🚀",
          "中文 и кириллица عربى हिन्दी",
          "e\u0301 is é",
          "\u0000\u0007\uFFFD",
          "they're we've I'll I'd 12345",
          "red circle ".repeat(500));

  @ParameterizedTest
  @CsvSource({"tokenizer, input_ids", "tokenizer_2, input_ids_2"})
  void idsAreThoseOfTransformers(String name, String key) {
    JsonNode settings = ConfigFile.read(PIPE.resolve("io.json"));
    List<String> prompts = new ArrayList<>();
    settings.get("prompts").forEach(p -> prompts.add(p.asText()));
    try (ClipTokenizer tokenizer = ClipTokenizer.load(PIPE.resolve(name))) {
      assertThat(tokenizer.maxLength()).isEqualTo(LENGTH);
      assertThat(encode(tokenizer, prompts)).isEqualTo(expected(key));
      String negative = settings.get("negative_prompt").asText();
      assertThat(encode(tokenizer, List.of(negative))).isEqualTo(expected("negative_" + key));
    }
  }

  private static List<List<Long>> encode(ClipTokenizer tokenizer, List<String> texts) {
    return texts.stream().map(t -> boxed(tokenizer.encode(t, LENGTH))).toList();
  }

  private static List<Long> boxed(long[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }

  private static List<List<Long>> expected(String key) {
    try (Scope scope = new Scope();
        TensorStore store = TensorStore.open(PIPE.resolve("io.safetensors"))) {
      Tensor ids = store.tensor(key);
      long[] flat = new long[(int) ids.numel()];
      new LongPointer(ids.data_ptr()).get(flat);
      List<List<Long>> rows = new ArrayList<>();
      for (int i = 0; i < flat.length; i += LENGTH) {
        rows.add(boxed(Arrays.copyOfRange(flat, i, i + LENGTH)));
      }
      return rows;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tokenizer", "tokenizer_2"})
  void vocabularyAndMergesAloneGiveTheSameIds(String name, @TempDir Path temp) throws IOException {
    try (ClipTokenizer whole = ClipTokenizer.load(PIPE.resolve(name));
        ClipTokenizer parts = ClipTokenizer.load(parts(name, temp))) {
      for (String text : TEXTS) {
        assertThat(parts.encode(text, 64)).as(text).isEqualTo(whole.encode(text, 64));
      }
    }
  }

  private static Path parts(String name, Path temp) throws IOException {
    for (String file : List.of("vocab.json", "merges.txt", "tokenizer_config.json")) {
      Files.copy(PIPE.resolve(name).resolve(file), temp.resolve(file));
    }
    return temp;
  }

  @Test
  void emptyTextIsStartAndEndThenPadding() {
    try (ClipTokenizer first = ClipTokenizer.load(PIPE.resolve("tokenizer"));
        ClipTokenizer second = ClipTokenizer.load(PIPE.resolve("tokenizer_2"))) {
      assertThat(first.encode("", 5)).containsExactly(START, END, END, END, END);
      assertThat(second.encode("", 5)).containsExactly(START, END, 0, 0, 0);
    }
  }

  @Test
  void longTextKeepsItsEnd() {
    try (ClipTokenizer tokenizer = ClipTokenizer.load(PIPE.resolve("tokenizer"))) {
      String text = "red circle ".repeat(500);
      long[] cut = tokenizer.encode(text, LENGTH);
      long[] longer = tokenizer.encode(text, 5000);
      assertThat(cut[LENGTH - 1]).isEqualTo(END);
      assertThat(Arrays.copyOf(cut, LENGTH - 1)).isEqualTo(Arrays.copyOf(longer, LENGTH - 1));
      assertThat(Arrays.copyOf(cut, LENGTH - 1)).doesNotContain(END);
    }
  }

  @Property(tries = 200)
  void anyTextIsOneSentenceOfTheVocabulary(@ForAll @StringLength(max = 40) String text) {
    long[] ids = SHARED.encode(text, LENGTH);
    assertThat(ids).hasSize(LENGTH).contains(END);
    assertThat(ids[0]).isEqualTo(START);
    assertThat(Arrays.stream(ids).allMatch(id -> id >= 0 && id <= END)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"null|77", "1e30|77", "1000000000000000019884624838656|77", "40|40"})
  void aLengthThatIsUnknownIsTheUsualOne(String length, int tokens, @TempDir Path temp)
      throws IOException {
    try (ClipTokenizer tokenizer = ClipTokenizer.load(withLength(length, temp))) {
      assertThat(tokenizer.maxLength()).isEqualTo(tokens);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"64\"", "true", "[64]", "{}", "64.5", "1", "0", "-1", "-1e30"})
  void aLengthOfAnotherKindIsRefused(String length, @TempDir Path temp) {
    assertThatThrownBy(() -> ClipTokenizer.load(withLength(length, temp)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("model_max_length must be an integer of at least 2");
  }

  private static Path withLength(String length, Path temp) throws IOException {
    Path config = parts("tokenizer", temp).resolve("tokenizer_config.json");
    String text = Files.readString(config);
    String changed =
        text.replaceAll("\"model_max_length\": *[0-9]+", "\"model_max_length\": " + length);
    assertThat(changed).isNotEqualTo(text);
    Files.writeString(config, changed);
    return temp;
  }

  @Test
  void everyMissingFileIsNamed(@TempDir Path temp) {
    assertThatThrownBy(() -> ClipTokenizer.load(temp))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("tokenizer_config.json")
        .hasMessageContaining("vocab.json")
        .hasMessageContaining("merges.txt");
  }

  @Test
  void brokenFiles(@TempDir Path temp) throws IOException {
    parts("tokenizer_2", temp);
    Files.writeString(temp.resolve("merges.txt"), "#version: 0.2\nab\n");
    assertRefused(temp, "merges.txt");
    Files.writeString(temp.resolve("merges.txt"), "#version: 0.2\nq z\n");
    assertRefused(temp, "cannot be read"); // "qz" is not in the vocabulary
    Files.writeString(temp.resolve("merges.txt"), "#version: 0.2\n");
    Files.writeString(temp.resolve("vocab.json"), "{\"a\": 0}");
    assertRefused(temp, "<|startoftext|> is not in the vocabulary");
    Files.writeString(temp.resolve("vocab.json"), "{\"a\": ");
    assertRefused(temp, "cannot be read");
    Files.writeString(temp.resolve("tokenizer.json"), "{\"model\": {\"vocab\": {\"!\": 0}}}");
    assertRefused(temp, "cannot be read");
  }

  private static void assertRefused(Path directory, String why) {
    assertThatThrownBy(() -> ClipTokenizer.load(directory))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining(why);
  }
}
