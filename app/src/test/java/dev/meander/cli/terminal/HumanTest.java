package dev.meander.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class HumanTest {
  @Test
  void durations() {
    assertThat(Human.duration(0.84)).isEqualTo("0.8s");
    assertThat(Human.duration(9.96)).isEqualTo("10s");
    assertThat(Human.duration(59.6)).isEqualTo("1m00s");
    assertThat(Human.duration(312)).isEqualTo("5m12s");
    assertThat(Human.duration(3900)).isEqualTo("1h05m");
    assertThat(Human.duration(86400 * 2 + 3600 * 3 + 59)).isEqualTo("2d03h");
    assertThat(Human.duration(Double.NaN)).isEqualTo("?");
    assertThat(Human.duration(Double.POSITIVE_INFINITY)).isEqualTo("?");
  }

  @Test
  void numbers() {
    assertThat(Human.number(0.61234)).isEqualTo("0.612");
    assertThat(Human.number(-23.5)).isEqualTo("-23.500");
    assertThat(Human.number(2e-5)).isEqualTo("2.00e-05");
    assertThat(Human.number(0)).isEqualTo("0.000");
    assertThat(Human.number(12345.6)).isEqualTo("12,345.6");
    assertThat(Human.number(1e7)).isEqualTo("1.00e+07");
    assertThat(Human.number(Double.NaN)).isEqualTo("-");
    assertThat(Human.count(1234567)).isEqualTo("1,234,567");
  }

  @Test
  void rates() {
    assertThat(Human.rate(3.44, "images", "image")).isEqualTo("3.4 images/s");
    assertThat(Human.rate(1234, "images", "image")).isEqualTo("1,234 images/s");
    assertThat(Human.rate(0.25, "images", "image")).isEqualTo("4.0s/image");
    assertThat(Human.rate(Double.NaN, "images", "image")).isEmpty();
    assertThat(Human.rate(0, "images", "image")).isEmpty();
  }

  @Test
  void thePaceIsThatOfTheLatestSteps() {
    Pace pace = new Pace();
    assertThat(pace.secondsPerStep()).isNaN();
    Instant time = Instant.EPOCH;
    pace.start(10, time);
    assertThat(pace.secondsPerStep()).isNaN();
    pace.mark(12, time.plusSeconds(8));
    assertThat(pace.secondsPerStep()).isEqualTo(4);
    for (int step = 13; step < 40; step++) {
      pace.mark(step, time.plusSeconds(100 + step));
    }
    assertThat(pace.secondsPerStep()).isEqualTo(1);
    pace.mark(40, time.plusSeconds(10_000));
    assertThat(pace.secondsPerStep()).as("one slow step").isEqualTo(1);
    for (int step = 41; step < 52; step++) {
      pace.mark(step, time.plusSeconds(10_000 + 3 * (step - 40)));
    }
    assertThat(pace.secondsPerStep()).as("from now on").isEqualTo(3);
  }
}
