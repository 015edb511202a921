package dev.meander.config;

import static org.assertj.core.api.Assertions.assertThat;

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

  @ParameterizedTest
  @CsvSource({"abc,abc,0", "abc,acb,1", "abc,ab,1", "abc,xabc,1", "abc,xyz,3", "'',abc,3"})
  void distance(String a, String b, int edits) {
    assertThat(Keys.distance(a, b)).isEqualTo(edits);
    assertThat(Keys.distance(b, a)).isEqualTo(edits);
  }

  @Test
  void nearest() {
    List<String> known = List.of("clip_range", "clip_rate", "lr");
    assertThat(Keys.nearest("clip_rnage", known)).contains("clip_range");
    assertThat(Keys.nearest("clipRange", known)).contains("clip_range");
    assertThat(Keys.nearest("clip-rate", known)).contains("clip_rate");
    assertThat(Keys.nearest("LR", known)).contains("lr");
    assertThat(Keys.nearest("momentum", known)).isEmpty();
  }
}
