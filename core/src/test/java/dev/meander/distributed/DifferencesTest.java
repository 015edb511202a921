package dev.meander.distributed;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DifferencesTest {
  private static void refuse(List<Map<String, String>> values) {
    Differences.refuse(
        "the settings", values.stream().map(Differences::write).toList(), r -> "rank " + r);
  }

  @Test
  void theOneThatDiffersFromMostIsNamed() {
    assertThatThrownBy(
            () ->
                refuse(
                    Stream.of("1", "2", "2").map(seed -> Map.of("seed", seed, "lr", "3")).toList()))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "the processes do not agree on the settings:\n  rank 0 has seed: 1, but rank 1 has 2");
  }

  @Test
  void ofTwoTheSecondDiffersAndWhatIsMissingDiffersToo() {
    assertThatThrownBy(() -> refuse(List.of(Map.of("a", "x", "b", ""), Map.of("b", ""))))
        .hasMessageContaining("rank 1 has a: nothing, but rank 0 has x");
  }

  @Test
  void equalOnesGoOn() {
    assertThatCode(() -> refuse(List.of(Map.of("a", "x"), Map.of("a", "x"))))
        .doesNotThrowAnyException();
  }
}
