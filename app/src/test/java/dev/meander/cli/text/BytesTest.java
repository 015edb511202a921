package dev.meander.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BytesTest {
  @Test
  void theUnitIsTheLargestThatIsThere() {
    assertThat(Bytes.text(0)).isEqualTo("0 KiB");
    assertThat(Bytes.text(12_000)).isEqualTo("12 KiB");
    assertThat(Bytes.text((1L << 20) - 1024)).isEqualTo("1,023 KiB");
    assertThat(Bytes.text(1L << 20)).isEqualTo("1 MiB");
    assertThat(Bytes.text(1023L << 20)).isEqualTo("1,023 MiB");
    assertThat(Bytes.text(1L << 30)).isEqualTo("1.0 GiB");
    assertThat(Bytes.text(1_288_490_189)).isEqualTo("1.2 GiB");
    assertThat(Bytes.text(3L << 40)).isEqualTo("3,072.0 GiB");
  }
}
