package dev.meander.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptSetTest {
  @TempDir Path folder;

  @Test
  void textFilesHoldOnePromptALine() throws IOException {
    PromptSet set = load("a.txt", "\uFEFFa red circle\r\n  two blue squares \na red circle\n\n");
    assertThat(set.prompts())
        .extracting(Prompt::text)
        .containsExactly("a red circle", "two blue squares", "a red circle");
    assertThat(set.prompts()).extracting(Prompt::id).containsExactly("1", "2", "3");
    assertThat(set.get(0).metadata().isEmpty()).isTrue();
  }

  @Test
  void genEvalMetadataTravelsWithThePrompt() throws IOException {
    PromptSet set =
        load(
            "g.jsonl",
            """
            {"tag": "counting", "include": [{"class": "clock", "count": 2}], "prompt": "two clocks"}
            {"tag": "colors", "prompt": "a blue café"}
            """);
    assertThat(set.get(0).text()).isEqualTo("two clocks");
    assertThat(set.get(0).metadata().at("/include/0/count").intValue()).isEqualTo(2);
    assertThat(set.get(1).text()).isEqualTo("a blue café");
    assertThat(set.size()).isEqualTo(2);
  }

  @Test
  void aSourceImageLiesBesideItsFile() throws IOException {
    Files.write(folder.resolve("cat.png"), new byte[] {1});
    PromptSet set =
        load(
            "s.jsonl",
            """
            {"prompt": "a dog", "source_image": "cat.png"}
            {"prompt": "a dog", "source_image": null}
            {"prompt": "a dog"}
            """);
    assertThat(set.get(0).source()).contains(folder.resolve("cat.png"));
    assertThat(set.get(1).source()).isEmpty();
    assertThat(set.get(2).source()).isEmpty();
    assertThatThrownBy(
            () ->
                load(
                    "bad.jsonl",
                    """
                    {"prompt": "a", "source_image": "dog.png"}
                    {"prompt": "a", "source_image": 3}
                    {"prompt": "a", "source_image": ""}
                    {"prompt": "a", "source_image": "\\u0000"}
                    """))
        .isInstanceOf(UserError.class)
        .satisfies(
            e ->
                assertThat(e.getMessage().lines())
                    .satisfiesExactly(
                        line ->
                            assertThat(line)
                                .contains("bad.jsonl:1: there is no file")
                                .contains("dog.png"),
                        line ->
                            assertThat(line)
                                .contains("bad.jsonl:2: \"source_image\" must be the path"),
                        line -> assertThat(line).contains("bad.jsonl:3: there is no file"),
                        line ->
                            assertThat(line).contains("bad.jsonl:4: \"source_image\" is no path")));
  }

  @Test
  void allBrokenLinesAreReportedTogether() {
    String lines =
        """
        {"prompt": "fine"}
        {"prompt": "cut off
        [1]
        {"text": "wrong key"}

        {"prompt": "  "}
        {"prompt": "a"} {"prompt": "b"}
        {"prompt": "fine too"}
        """;
    assertThatThrownBy(() -> load("bad.jsonl", lines))
        .isInstanceOf(UserError.class)
        .satisfies(
            e ->
                assertThat(e.getMessage().lines())
                    .hasSize(6)
                    .satisfiesExactly(
                        line -> assertThat(line).contains("bad.jsonl:2: not valid JSON"),
                        line -> assertThat(line).contains("bad.jsonl:3: must be a JSON object"),
                        line -> assertThat(line).contains("bad.jsonl:4: the object needs"),
                        line -> assertThat(line).contains("bad.jsonl:5: the line is blank"),
                        line -> assertThat(line).contains("bad.jsonl:6: \"prompt\" is blank"),
                        line -> assertThat(line).contains("bad.jsonl:7: not valid JSON")));
  }

  /** A parser that reads one line calls each of them its first. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"prompt\": \"cut off",
        "{\"prompt\": \"a\", ",
        "{\"prompt\": [1, {\"a\": ",
        "{\"prompt\": tru}",
        "{\"prompt\": \"a\" \"b\"}",
        "{\"prompt\": \"a\", \"prompt\": \"b\"}",
        "{\"prompt\": \"a\"} {\"prompt\": \"b\"}",
        "{\"prompt\": \"a\\q\"}",
        "{\"prompt\": NaN}",
        "{\"prompt\": 01}",
        "]"
      })
  void aBrokenLineIsNamedByItsNumberInTheFileAndAColumn(String line) {
    assertThatThrownBy(() -> load("bad.jsonl", "{\"prompt\": \"a\"}\n" + line + "\n"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("bad.jsonl:2: not valid JSON: ")
        .message()
        .matches(".* at column [0-9]+")
        .doesNotContainPattern("(?i)\\bline\\W*[0-9]|Source|com\\.fasterxml");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.jsonl|PAR1.|it is a Parquet file",
        "a.txt|PK\u0003\u0004.|it is a ZIP",
        "a.jsonl|[|it begins as one JSON list",
        "a.jsonl|[{\"prompt\": \"a\"}]|it begins as one JSON list"
      })
  void otherKindsOfFilesAreNamed(String name, String content, String said) {
    assertThatThrownBy(() -> load(name, content))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(name + ": " + said);
  }

  @Test
  void aTextMayBeginWithABracket() throws IOException {
    assertThat(load("a.txt", "[a] red circle\n").get(0).text()).isEqualTo("[a] red circle");
  }

  @Test
  void aLongListOfBrokenLinesIsCutShort() {
    assertThatThrownBy(() -> load("bad.jsonl", "no json\n".repeat(50)))
        .hasMessageContaining("bad.jsonl:20:")
        .hasMessageEndingWith("... and 30 more broken lines");
  }

  @Test
  void aBlankLineInsideATextFileIsBroken() {
    assertThatThrownBy(() -> load("b.txt", "one\n \nthree\n"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("b.txt:2: the line is blank");
  }

  @Test
  void bytesThatAreNotTextAreNamed() throws IOException {
    Path file = folder.resolve("latin.txt");
    Files.write(file, "fine\ncaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> PromptSet.load(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("latin.txt:2: not valid UTF-8");
  }

  @Test
  void emptyMissingAndUnknownFilesAreErrors() {
    assertThatThrownBy(() -> load("e.txt", " \n\n"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("e.txt: holds no prompts");
    assertThatThrownBy(() -> load("e.csv", "a\n"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(".jsonl");
    assertThatThrownBy(() -> PromptSet.load(folder.resolve("none.txt")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("there is no such prompt file");
  }

  @Test
  void idsAreDistinct() {
    List<Prompt> twins = List.of(Prompt.of("a", "x"), Prompt.of("a", "y"));
    assertThatThrownBy(() -> new PromptSet("twins", twins))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("two prompts have the id a");
  }

  private PromptSet load(String name, String content) throws IOException {
    return PromptSet.load(Files.writeString(folder.resolve(name), content));
  }

  @Test
  void filesOfOtherSystemsAreReadOrNamed() throws IOException {
    Path mac = Files.writeString(folder.resolve("MAC.TXT"), "a dog\ra cat\r");
    assertThat(PromptSet.load(mac).prompts())
        .extracting(Prompt::text)
        .containsExactly("a dog", "a cat");
    Path windows = Files.writeString(folder.resolve("w.txt"), "a dog\r\na cat\r\n");
    assertThat(PromptSet.load(windows).prompts()).hasSize(2);
    Path marked = folder.resolve("16.txt");
    Files.write(marked, "\uFEFFa dog".getBytes(StandardCharsets.UTF_16LE));
    assertThatThrownBy(() -> PromptSet.load(marked)).hasMessageContaining("it is UTF-16");
    Files.write(marked, "a dog\n".getBytes(StandardCharsets.UTF_16LE));
    assertThatThrownBy(() -> PromptSet.load(marked))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("16.txt:1: it holds a NUL character; is the file UTF-16?");
    Path blank = Files.writeString(folder.resolve("b.txt"), "a dog\n\u00a0\n\u3000a cat\u00a0\n");
    assertThatThrownBy(() -> PromptSet.load(blank))
        .hasMessageContaining("b.txt:2: the line is blank");
    Path pointer =
        Files.writeString(
            folder.resolve("p.jsonl"),
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
    assertThatThrownBy(() -> PromptSet.load(pointer)).hasMessageContaining("git lfs pull");
  }
}
