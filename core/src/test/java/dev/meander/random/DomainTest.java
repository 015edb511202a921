package dev.meander.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DomainTest {
  private static final int SEEDS = 8;
  private static final int COUNTERS = 12;

  /** How many counters the draws of each domain have, as its documentation says. */
  private static final Map<Domain, Integer> COUNTERS_OF = new LinkedHashMap<>();

  static {
    COUNTERS_OF.put(Domain.PROMPT_ORDER, 1);
    COUNTERS_OF.put(Domain.WINDOW, 1);
    COUNTERS_OF.put(Domain.SELECTION, 2);
    COUNTERS_OF.put(Domain.ROLLOUT_START, 2);
    COUNTERS_OF.put(Domain.ROLLOUT_STEP, 4);
    COUNTERS_OF.put(Domain.GENEVAL, 3);
    COUNTERS_OF.put(Domain.ADAPTER, 0);
    COUNTERS_OF.put(Domain.EXAMPLE, 1);
    COUNTERS_OF.put(Domain.PICTURE_START, 2);
    COUNTERS_OF.put(Domain.SCENE, 1);
    COUNTERS_OF.put(Domain.MODEL_PART, 1);
    COUNTERS_OF.put(Domain.PARAMETER, 2);
    COUNTERS_OF.put(Domain.CAPTION_DROP, 2);
    COUNTERS_OF.put(Domain.FLOW_LEVEL, 2);
    COUNTERS_OF.put(Domain.FLOW_NOISE, 2);
    COUNTERS_OF.put(Domain.LATENT_NOISE, 2);
  }

  /** An independent implementation gave these numbers; checkpoints and scores rely on them. */
  @Test
  void knownKeys() {
    assertThat(Domain.PROMPT_ORDER.key(17, 3)).isEqualTo(3948944333725634190L);
    assertThat(Domain.PARAMETER.key(1, 2, 3)).isEqualTo(-233655472839855863L);
    assertThat(Domain.SCENE.key(11, 5)).isEqualTo(1099010225557150857L);
  }

  @Test
  void everyDomainIsCompared() {
    assertThat(COUNTERS_OF.keySet()).containsExactly(Domain.values());
  }

  @Test
  void noTwoDrawsShareAKey() {
    Set<Long> keys = new HashSet<>();
    int[] draws = {0};
    for (Domain domain : Domain.values()) {
      forEachDraw(
          domain,
          (seed, counters) -> {
            draws[0]++;
            assertThat(keys.add(domain.key(seed, counters)))
                .as("%s of %d, %s is new", domain, seed, Arrays.toString(counters))
                .isTrue();
          });
    }
    assertThat(keys).hasSize(draws[0]);
  }

  /** The stream of every draw is a piece of one sequence: far from each other they do not meet. */
  @Test
  void noStreamRunsIntoAnother() {
    long perStep = inverse(SplitMix.GAMMA);
    long[] places =
        Arrays.stream(Domain.values())
            .flatMapToLong(
                domain ->
                    LongStream.range(0, SEEDS)
                        .flatMap(
                            seed ->
                                LongStream.range(0, COUNTERS)
                                    .map(
                                        i -> {
                                          long[] counters = new long[COUNTERS_OF.get(domain)];
                                          Arrays.fill(counters, i);
                                          return domain.key(seed, counters) * perStep;
                                        })
                                    .limit(COUNTERS_OF.get(domain) == 0 ? 1 : COUNTERS)))
            .sorted()
            .toArray();
    for (int i = 1; i < places.length; i++) {
      assertThat(places[i] - places[i - 1])
          .as("numbers between two streams")
          .isGreaterThan(1L << 32);
    }
  }

  @Test
  void firstDrawsOfNeighbouringCountersSpreadEvenly() {
    for (Domain domain : new Domain[] {Domain.WINDOW, Domain.PROMPT_ORDER, Domain.SCENE}) {
      int[] counts = new int[4];
      for (long counter = 0; counter < 4000; counter++) {
        counts[domain.stream(7, counter).nextInt(4)]++;
      }
      for (int count : counts) {
        assertThat(count).as(domain.name()).isBetween(870, 1130);
      }
    }
  }

  private interface Draw {
    void at(long seed, long... counters);
  }

  /** Seeds and counters near zero, where the draws of a run lie. */
  private static void forEachDraw(Domain domain, Draw draw) {
    int counters = COUNTERS_OF.get(domain);
    int values = counters > 2 ? 4 : COUNTERS;
    for (long seed = -1; seed < SEEDS; seed++) {
      for (int n = 0; n < Math.pow(values, counters); n++) {
        long[] at = new long[counters];
        int rest = n;
        for (int c = 0; c < counters; c++) {
          at[c] = rest % values;
          rest /= values;
        }
        draw.at(seed, at);
      }
    }
  }

  /** Of an odd number, modulo 2^64 (Newton). */
  private static long inverse(long odd) {
    long x = odd;
    for (int i = 0; i < 6; i++) {
      x *= 2 - odd * x;
    }
    return x;
  }
}
