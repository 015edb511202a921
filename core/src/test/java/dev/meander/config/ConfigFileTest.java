package dev.meander.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
  @TempDir Path dir;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text);
  }

  @Test
  void readsYamlAndJson() throws IOException {
    assertThat(ConfigFile.read(file("a.yaml", "a: {b: [1, x, null, 2.5, true]}")))
        .isEqualTo(ConfigFile.read(file("a.json", "{\"a\":{\"b\":[1,\"x\",null,2.5,true]}}")));
  }

  @Test
  void anEmptyFileSetsNothing() throws IOException {
    assertThat(ConfigFile.read(file("a.yaml", "")).isEmpty()).isTrue();
    assertThat(ConfigFile.read(file("b.yaml", "# only a comment\n")).isEmpty()).isTrue();
  }

  /** What is left of a file that was not written to its end must not pass for defaults. */
  @Test
  void anEmptyJsonFileIsNoSettings() throws IOException {
    for (String text : List.of("", "\n", "\uFEFF")) {
      Path json = file("a.json", text);
      assertThatThrownBy(() -> ConfigFile.read(json))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("a.json is empty");
    }
    Path nothing = file("a.json", "null");
    assertThatThrownBy(() -> ConfigFile.read(nothing))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.json must hold keys with values");
  }

  @Test
  void filesThatCannotBeRead() throws IOException {
    assertThatThrownBy(() -> ConfigFile.read(dir.resolve("no.yaml")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("there is no file");
    assertThatThrownBy(() -> ConfigFile.read(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("it is a directory");
    Path below = file("plain.yaml", "a: 1").resolve("b.yaml");
    assertThatThrownBy(() -> ConfigFile.read(below))
        .isInstanceOf(UserError.class)
        .hasMessageMatching("cannot read .*b.yaml: [A-Za-z ]+|there is no file .*b.yaml");
    Path circle = Files.createSymbolicLink(dir.resolve("c.yaml"), Path.of("c.yaml"));
    assertThatThrownBy(() -> ConfigFile.read(circle))
        .isInstanceOf(UserError.class)
        .hasMessageMatching("cannot read .*c.yaml: [A-Za-z ]+");
    Path latin = dir.resolve("l.yaml");
    Files.write(latin, "a: \u00e9".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> ConfigFile.read(latin)).hasMessageContaining("is not UTF-8");
  }

  @Test
  void anUnfinishedEscapeNamesNoException() {
    for (String text : List.of("a: \"\\U", "a: \"\\x", "a: \"\\u12\"", "a: \"\\Uzzzzzzzz\"")) {
      assertThatThrownBy(() -> ConfigFile.parse(text, "x"))
          .as(text)
          .isInstanceOf(UserError.class)
          .message()
          .startsWith("x, line 1: ")
          .doesNotContain("Exception");
    }
  }

  @Test
  void jsonFilesAreNotYaml() throws IOException {
    Path json = file("a.json", "{\n \"a\": 1,\n b: 2}");
    assertThatThrownBy(() -> ConfigFile.read(json))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.json, line 3: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'a: 1\nb: [2\nc: 3' | x, line 3: ",
        "'a: 1\n\tb: 2' | x, line 2: ",
        "'a: 1\na: 2' | x: line 2: key a appears twice",
        "'a: {b: 1, b: 2}' | x: line 1: key a.b appears twice",
        "'a: &n 1\nb: *n' | x: line 2: b is an alias (*n); write it out",
        "'- 1\n- 2' | x must hold keys with values",
        "'3' | x must hold keys with values",
        "'a: 1\n---\nb: 2' | only one document",
      })
  void mistakes(String yaml, String message) {
    assertThatThrownBy(() -> ConfigFile.parse(yaml, "x"))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining(message);
  }

  @Test
  void deepNestingIsRefused() {
    for (String open : new String[] {"{a: ", "[", "{a: ["}) {
      String deep = "a: " + open.repeat(5000);
      assertThatThrownBy(() -> ConfigFile.parse(deep, "x"))
          .isExactlyInstanceOf(UserError.class)
          .hasMessage("x, line 1: nested deeper than 100 levels");
    }
  }

  @Property(tries = 1000)
  void anyTextIsReadOrRefused(@ForAll @StringLength(max = 200) String text) {
    readOrRefuse(text);
  }

  @Property(tries = 3000)
  void damagedYamlIsReadOrRefused(@ForAll long seed) {
    String good =
        "a: [1, -2.5e-3, 'x', \"y\\n\"]\nb:\n  c: {d: ~, e: true}\n  f: |\n    text\n# end\n";
    StringBuilder text = new StringBuilder(good);
    Random random = new Random(seed);
    String marks = " :-[]{}\"'|>&*!%@#\n\t\\?0.e_x,";
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      text.setCharAt(random.nextInt(text.length()), marks.charAt(random.nextInt(marks.length())));
    }
    readOrRefuse(text.toString());
  }

  @Example
  void numbersThatAreNone() {
    for (String s :
        new String[] {
          "0x", "0b", "0o8", "1_", "._", "-.", "+", "0x_", "190:20:30", "08", "1e", ".e1", "-_"
        }) {
      readOrRefuse("a: " + s);
    }
  }

  private static void readOrRefuse(String text) {
    try {
      assertThat(ConfigFile.parse(text, "x")).isNotNull();
    } catch (UserError e) {
      assertThat(e).hasMessageStartingWith("x");
    }
  }
}
