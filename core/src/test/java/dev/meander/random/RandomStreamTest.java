package dev.meander.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
  private static final int N = 1_000_000;

  /** An independent implementation gave these numbers. */
  @Test
  void knownValues() {
    assertThat(Domain.PARAMETER.stream(7, 0, 3).normals(4))
        .containsExactly(
            new float[] {1.2043402f, 0.8304113f, 0.79731305f, 0.22591035f}, within(1e-6f));
    assertThat(Domain.PICTURE_START.stream(7, 0, 3).normals(4))
        .containsExactly(
            new float[] {1.5460621f, 0.5620459f, -0.6432649f, -1.2730694f}, within(1e-6f));
    assertThat(Domain.ROLLOUT_START.stream(7, 0, 3).normals(2))
        .containsExactly(new float[] {0.53932294f, -0.04892608f}, within(1e-6f));
    assertThat(Domain.SCENE.stream(11, 5).nextLong()).isEqualTo(3761232578093613889L);
  }

  @Test
  void momentsOfAStandardNormal() {
    float[] x = Domain.EXAMPLE.stream(42, 1).normals(N);
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
    float[] x = Domain.EXAMPLE.stream(42, 1).normals(N);
    float[] next = Domain.EXAMPLE.stream(42, 2).normals(N);
    double bound = 5 / Math.sqrt(N);
    for (int lag = 1; lag <= 3; lag++) {
      float[] shifted = Arrays.copyOfRange(x, lag, N);
      assertThat(correlation(x, shifted)).as("lag " + lag).isCloseTo(0, within(bound));
    }
    assertThat(correlation(x, next)).isCloseTo(0, within(bound));
    assertThat(correlation(x, Domain.EXAMPLE.stream(43, 1).normals(N))).isCloseTo(0, within(bound));
  }

  private static double correlation(float[] a, float[] b) {
    double sum = 0;
    int n = Math.min(a.length, b.length);
    for (int i = 0; i < n; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum / n;
  }

  /** A draw's numbers are the same whatever is drawn before it or beside it. */
  @Property(tries = 100)
  void aFunctionOfItsKeyAlone(@ForAll long seed, @ForAll @IntRange(min = 1, max = 33) int n) {
    float[] forwards = new float[3 * n];
    float[] backwards = new float[3 * n];
    for (int i = 0; i < 3; i++) {
      Domain.EXAMPLE.stream(seed, i).normals(forwards, i * n, n);
    }
    for (int i = 2; i >= 0; i--) {
      Domain.EXAMPLE.stream(seed, i).normals(backwards, i * n, n);
    }
    assertThat(forwards).isEqualTo(backwards);
    float[] one = Domain.EXAMPLE.stream(seed, 1).normals(n);
    assertThat(Arrays.copyOfRange(forwards, n, 2 * n)).isEqualTo(one);
    assertThat(Arrays.copyOf(Domain.EXAMPLE.stream(seed, 1).normals(2 * n), n)).isEqualTo(one);
  }

  @Test
  void fillsOnlyItsPart() {
    float[] out = new float[9];
    Domain.EXAMPLE.stream(5).normals(out, 3, 3);
    assertThat(Arrays.copyOf(out, 3)).containsOnly(0);
    assertThat(Arrays.copyOfRange(out, 6, 9)).containsOnly(0);
    assertThat(Arrays.copyOfRange(out, 3, 6)).isEqualTo(Domain.EXAMPLE.stream(5).normals(3));
  }

  @Test
  void everyWordOfAKeyCountsAndSoDoesTheirOrder() {
    long[] keys = {
      Domain.EXAMPLE.key(0),
      Domain.EXAMPLE.key(0, 0),
      Domain.EXAMPLE.key(1),
      Domain.EXAMPLE.key(0, 1),
      Domain.EXAMPLE.key(1, 0)
    };
    assertThat(Arrays.stream(keys).distinct().count()).isEqualTo(keys.length);
  }

  @Test
  void uniformsFillTheUnitInterval() {
    RandomStream random = Domain.EXAMPLE.stream(9);
    RandomStream places = Domain.EXAMPLE.stream(10);
    double[] sums = new double[4];
    for (int i = 0; i < N; i++) {
      double[] drawn = {random.nextDouble(), places.uniformAt(i)};
      for (int k = 0; k < 2; k++) {
        assertThat(drawn[k] >= 0 && drawn[k] < 1).isTrue();
        sums[2 * k] += drawn[k];
        sums[2 * k + 1] += drawn[k] * drawn[k];
      }
    }
    for (int k = 0; k < 2; k++) {
      assertThat(sums[2 * k] / N).isCloseTo(0.5, within(5 * Math.sqrt(1 / 12.0 / N)));
      assertThat(sums[2 * k + 1] / N).isCloseTo(1 / 3.0, within(5 * Math.sqrt(4 / 45.0 / N)));
    }
  }

  @Test
  void everyOrderIsEquallyLikely() {
    int[] counts = new int[6];
    List<String> orders = List.of("012", "021", "102", "120", "201", "210");
    for (int i = 0; i < 6000; i++) {
      int[] order = Domain.EXAMPLE.stream(3, i).shuffled(3);
      counts[orders.indexOf("" + order[0] + order[1] + order[2])]++;
    }
    // Five standard errors.
    for (int c : counts) {
      assertThat(c).isCloseTo(1000, within((int) (5 * Math.sqrt(6000 * 5 / 36.0))));
    }
  }
}
