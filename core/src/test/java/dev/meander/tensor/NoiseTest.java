package dev.meander.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class NoiseTest {
  private static final int N = 1_000_000;

  /** An independent implementation gave these numbers. */
  @Test
  void knownValues() {
    assertThat(Noise.key(1, 2, 3)).isEqualTo(-233655472839855863L);
    assertThat(Noise.normal(4, 7, 0, 3))
        .containsExactly(
            new float[] {1.2043402f, 0.8304113f, 0.79731305f, 0.22591035f}, within(1e-6f));
    assertThat(Noise.uniform(7)).isEqualTo(0.7474347505710175);
  }

  @Test
  void momentsOfAStandardNormal() {
    float[] x = Noise.normal(N, 42, 1);
    double[] moments = new double[5];
    int within1 = 0;
    int beyond3 = 0;
    for (float v : x) {
      double power = 1;
      for (int m = 1; m <= 4; m++) {
        power *= v;
        moments[m] += power / N;
      }
      within1 += Math.abs(v) < 1 ? 1 : 0;
      beyond3 += Math.abs(v) > 3 ? 1 : 0;
    }
    // Bounds are five standard errors.
    assertThat(moments[1]).isCloseTo(0, within(5 * Math.sqrt(1.0 / N)));
    assertThat(moments[2]).isCloseTo(1, within(5 * Math.sqrt(2.0 / N)));
    assertThat(moments[3]).isCloseTo(0, within(5 * Math.sqrt(15.0 / N)));
    assertThat(moments[4]).isCloseTo(3, within(5 * Math.sqrt(96.0 / N)));
    assertThat(within1 / (double) N).isCloseTo(0.682689, within(0.0024));
    assertThat(beyond3 / (double) N).isCloseTo(0.0027, within(0.00026));
  }

  @Test
  void neighboursInAStreamAndNeighbouringStreamsAreUncorrelated() {
    float[] x = Noise.normal(N, 42, 1);
    float[] next = Noise.normal(N, 42, 2);
    double bound = 5 / Math.sqrt(N);
    for (int lag = 1; lag <= 3; lag++) {
      float[] shifted = Arrays.copyOfRange(x, lag, N);
      assertThat(correlation(x, shifted)).as("lag " + lag).isCloseTo(0, within(bound));
    }
    assertThat(correlation(x, next)).isCloseTo(0, within(bound));
    assertThat(correlation(x, Noise.normal(N, 43, 1))).isCloseTo(0, within(bound));
  }

  private static double correlation(float[] a, float[] b) {
    double sum = 0;
    int n = Math.min(a.length, b.length);
    for (int i = 0; i < n; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum / n;
  }

  /** A sample's noise is the same whatever is drawn before it or beside it. */
  @Property(tries = 100)
  void aFunctionOfItsKeyAlone(@ForAll long seed, @ForAll @IntRange(min = 1, max = 33) int n) {
    float[] forwards = new float[3 * n];
    float[] backwards = new float[3 * n];
    for (int i = 0; i < 3; i++) {
      Noise.fill(forwards, i * n, n, seed, i);
    }
    for (int i = 2; i >= 0; i--) {
      Noise.fill(backwards, i * n, n, seed, i);
    }
    assertThat(forwards).isEqualTo(backwards);
    assertThat(Arrays.copyOfRange(forwards, n, 2 * n)).isEqualTo(Noise.normal(n, seed, 1));
    assertThat(Arrays.copyOf(Noise.normal(2 * n, seed, 1), n)).isEqualTo(Noise.normal(n, seed, 1));
  }

  @Test
  void fillsOnlyItsPart() {
    float[] out = new float[9];
    Noise.fill(out, 3, 3, 5);
    assertThat(Arrays.copyOf(out, 3)).containsOnly(0);
    assertThat(Arrays.copyOfRange(out, 6, 9)).containsOnly(0);
    assertThat(Arrays.copyOfRange(out, 3, 6)).isEqualTo(Noise.normal(3, 5));
  }

  @Test
  void everyWordOfAKeyCountsAndSoDoesTheirOrder() {
    long[] keys = {
      Noise.key(), Noise.key(0), Noise.key(0, 0), Noise.key(1), Noise.key(0, 1), Noise.key(1, 0)
    };
    assertThat(Arrays.stream(keys).distinct().count()).isEqualTo(keys.length);
  }

  @Test
  void uniformsFillTheUnitInterval() {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < N; i++) {
      double u = Noise.uniform(9, i);
      assertThat(u >= 0 && u < 1).isTrue();
      sum += u;
      squares += u * u;
    }
    assertThat(sum / N).isCloseTo(0.5, within(5 * Math.sqrt(1 / 12.0 / N)));
    assertThat(squares / N).isCloseTo(1 / 3.0, within(5 * Math.sqrt(4 / 45.0 / N)));
  }
}
