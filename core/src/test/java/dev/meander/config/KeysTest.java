package dev.meander.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeysTest {
  @ParameterizedTest
  @CsvSource({"clipRange,clip_range", "lr,lr", "dKv,d_kv", "seed2,seed2", "aBC,a_b_c"})
  void snake(String camel, String snake) {
    assertThat(Keys.snake(camel)).isEqualTo(snake);
  }

  @Test
  void nearest() {
    List<String> known = List.of("clip_range", "clip_rate", "lr");
    assertThat(Keys.nearest("clip_rnage", known)).contains("clip_range");
    assertThat(Keys.nearest("stpes", List.of("steps", "seed"))).contains("steps");
    assertThat(Keys.nearest("clipRange", known)).contains("clip_range");
    assertThat(Keys.nearest("clip-rate", known)).contains("clip_rate");
    assertThat(Keys.nearest("LR", known)).contains("lr");
    assertThat(Keys.nearest("momentum", known)).isEmpty();
  }

  @Test
  void settingsAreCalledWhatSetTakes() {
    ObjectNode tree =
        ConfigFile.parse(
            "{seed: 1, none: null, empty: {}, rewards: [{name: a, target: [0, 1]}, {name: b}]}",
            "x");
    assertThat(Keys.settings(tree))
        .containsExactly(
            entry("seed", "1"),
            entry("none", "null"),
            entry("empty", "{}"),
            entry("rewards[0].name", "a"),
            entry("rewards[0].target", "[0,1]"),
            entry("rewards[1].name", "b"));
    assertThat(Overrides.apply(tree, List.of("rewards[1].name=c")).at("/rewards/1/name").asText())
        .isEqualTo("c");
  }
}
