package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeanderTest {
  @Test
  void withoutArgumentsItShowsTheCommands() {
    Cli.Result result = Cli.run();

    assertThat(result.status()).isZero();
    assertThat(result.out())
        .contains("train", "eval", "generate", "pretrain", "recipes", "inspect", "bench")
        .contains("meander train quickstart");
    assertThat(result.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train",
        "eval",
        "generate",
        "pretrain",
        "recipes",
        "inspect",
        "explain",
        "probe",
        "bench"
      })
  void everyCommandExplainsItselfWithExamples(String command) {
    Cli.Result result = Cli.run(command, "--help");

    assertThat(result.status()).isZero();
    assertThat(result.out())
        .contains("Usage: meander " + command, "Examples:", "meander " + command);
    assertThat(result.out().lines()).allMatch(line -> line.length() <= 100);
    assertThat(result.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "1e400", "three"})
  void optionsThatAreNumbersAreFiniteOnes(String value) {
    for (String[] option :
        new String[][] {
          {"generate", "--guidance"}, {"generate", "--embedded-guidance"}, {"weights", "--shift"}
        }) {
      Cli.Result result = Cli.run(option[0], option[1], value);
      assertThat(result.status()).isEqualTo(2);
      assertThat(result.err()).contains(option[1], "'" + value + "' is not a finite number");
    }
  }

  @Test
  void helpTakesTheNameOfACommand() {
    assertThat(Cli.run("help", "train").out()).isEqualTo(Cli.run("train", "--help").out());
    assertThat(Cli.run("help").out()).contains("Commands:", "resume");
    Cli.Result wrong = Cli.run("help", "trian");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("no command trian", "train");
  }

  @Test
  void helpIsAsWideAsTheTerminalWithinReason() {
    assertThat(Meander.helpWidth(OptionalInt.of(80))).isEqualTo(80);
    assertThat(Meander.helpWidth(OptionalInt.of(300))).isEqualTo(100);
    assertThat(Meander.helpWidth(OptionalInt.of(20))).isEqualTo(55);
    assertThat(Meander.helpWidth(OptionalInt.empty())).isEqualTo(100);
  }

  @Test
  void theVersionNamesEngineAndJava() {
    Cli.Result result = Cli.run("--version");

    assertThat(result.status()).isZero();
    assertThat(result.out()).startsWith("meander ").contains("libtorch", "Java ");
  }

  @Test
  void aMisspelledCommandIsAnErrorThatNamesTheNearest() {
    Cli.Result result = Cli.run("trian", "quickstart");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("trian", "Did you mean", "train", "meander --help");
  }

  @Test
  void aMisspelledOptionIsAnErrorThatNamesTheNearest() {
    Cli.Result result = Cli.run("generate", "a cat", "--stpes", "3");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("--stpes", "--steps", "meander generate --help");
  }

  @Test
  void aValueOfTheWrongKindNamesItsOption() {
    Cli.Result result = Cli.run("generate", "a cat", "--count", "many");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("--count", "many").doesNotContain("Exception");
  }

  @Test
  void aMissingParameterIsNamed() {
    Cli.Result result = Cli.run("train");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("RECIPE");
  }
}
