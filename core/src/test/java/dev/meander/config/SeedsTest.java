package dev.meander.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeedsTest {
  @Test
  void theSameInputsAlwaysGiveTheSeedThatSavedRunsRelyOn() {
    assertThat(Seeds.derive(0)).isEqualTo(-2152535657050944081L);
  }

  @Test
  void neighbouringInputsGiveDistinctSeeds() {
    Set<Long> seeds = new HashSet<>();
    for (long seed = 0; seed < 30; seed++) {
      for (long counter = 0; counter < 30; counter++) {
        seeds.add(Seeds.derive(seed, counter));
        seeds.add(Seeds.derive(seed, counter, 0));
      }
    }
    assertThat(seeds).hasSize(2 * 30 * 30);
  }

  @Test
  void firstDrawsOfNeighbouringCountersSpreadEvenly() {
    int[] counts = new int[4];
    for (long counter = 0; counter < 4000; counter++) {
      counts[new Random(Seeds.derive(7, counter)).nextInt(4)]++;
    }
    for (int count : counts) {
      assertThat(count).isBetween(870, 1130);
    }
  }
}
