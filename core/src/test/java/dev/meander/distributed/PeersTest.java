package dev.meander.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meander.config.UserError;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeersTest {
  private static float[] part(int index, int length) {
    Random random = new Random(500 + index);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.exp(3 * random.nextGaussian()));
    }
    return values;
  }

  private static float[] exactSum(Peers peers, int parts, int length) {
    PartRange own = peers.parts(parts);
    TreeSum sum = new TreeSum(parts, own, length);
    try (Scope scope = new Scope()) {
      for (int p = own.from(); p < own.to(); p++) {
        sum.add(p, Tensors.of(part(p, length), length));
      }
      return Tensors.floats(peers.exactSum("gradients", sum));
    }
  }

  /** Everything that a healthy run exchanges, compared with one process. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void anyNumberOfProcessesHearsTheSame(int size) {
    int[][] sums = {{12, 1000}, {7, 1}, {3, 2}, {1, 5}, {6, 33}};
    List<float[]> expected = new ArrayList<>();
    try (Peers alone = new Alone()) {
      for (int[] s : sums) {
        expected.add(exactSum(alone, s[0], s[1]));
      }
    }
    List<Boolean> passed =
        Team.run(
            size,
            peers -> {
              int rank = peers.rank();
              assertThat(peers.size()).isEqualTo(size);
              assertThat(peers.name(1)).startsWith("rank 1 on ");
              for (int i = 0; i < sums.length; i++) {
                assertThat(exactSum(peers, sums[i][0], sums[i][1])).isEqualTo(expected.get(i));
              }
              gathersOfDifferentLengths(peers);
              assertThat(peers.agree("here", Status.WELL)).isEqualTo(Status.WELL);
              assertThat(
                      new String(
                          peers.broadcast(
                              "text", ("from " + rank).getBytes(StandardCharsets.UTF_8)),
                          StandardCharsets.UTF_8))
                  .isEqualTo("from 0");
              assertThat(peers.broadcast("nothing", new byte[0])).isEmpty();
              broadcasts(peers);
              sumsFast(peers);
              deals(peers);
              peers.requireSame("settings", Map.of("seed", "1"));
              assertThatThrownBy(
                      () -> peers.requireSame("settings", Map.of("seed", "" + rank / (size - 1))))
                  .isInstanceOf(UserError.class)
                  .hasMessageContaining("rank " + (size - 1) + " on ")
                  .hasMessageContaining("has seed: 1, but rank 0 on ");
              return true;
            });
    assertThat(passed).hasSize(size);
  }

  private static void gathersOfDifferentLengths(Peers peers) {
    double[] own = new double[3 * peers.rank()]; // none on process 0
    Arrays.fill(own, peers.rank() + Math.PI);
    if (own.length > 0) {
      own[0] = Double.NaN;
    }
    double[][] all = peers.gather("scores", own);
    assertThat(all.length).isEqualTo(peers.size());
    for (int r = 0; r < peers.size(); r++) {
      assertThat(all[r]).hasSize(3 * r);
      if (r > 0) {
        assertThat(all[r][0]).isNaN();
        assertThat(all[r][2]).isEqualTo(r + Math.PI);
      }
    }
    assertThat(peers.gather("nothing", new double[0])).hasDimensions(peers.size(), 0);
  }

  private static void broadcasts(Peers peers) {
    try (Scope scope = new Scope()) {
      float from = peers.rank() == 0 ? 1 : -1;
      Tensor strided =
          Tensors.of(new float[] {from, 2 * from, 3 * from, 4 * from, 5 * from, 6 * from}, 3, 2)
              .select(1, 1);
      Tensor half = Tensors.of(new float[] {0.5f * from, from}, 2).to(ScalarType.BFloat16);
      Tensor longs = Tensors.of(new long[] {(long) from}, 1).reshape(new long[0]);
      Tensor none = Tensors.of(new float[0], 0);
      peers.broadcast("weights", List.of(strided, half, longs, none));
      assertThat(Tensors.floats(strided)).containsExactly(2, 4, 6);
      assertThat(Tensors.floats(half)).containsExactly(0.5f, 1);
      assertThat(Tensors.scalar(longs)).isEqualTo(1);
    }
  }

  private static void sumsFast(Peers peers) {
    try (Scope scope = new Scope()) {
      Tensor own = Tensors.of(new float[] {1, peers.rank()}, 2);
      peers.fastSum("gradients", own);
      int n = peers.size();
      assertThat(Tensors.floats(own)).containsExactly(n, n * (n - 1) / 2f);
      Tensor strided = Tensors.of(new float[4], 2, 2).select(1, 0);
      assertThatThrownBy(() -> peers.fastSum("gradients", strided)).hasMessageContaining("flat");
    }
  }

  /** From each to each another number of elements, also none. */
  private static void deals(Peers peers) {
    int n = peers.size();
    int rank = peers.rank();
    long[][] counts = new long[n][n];
    List<Float> given = new ArrayList<>();
    List<Float> expected = new ArrayList<>();
    for (int from = 0; from < n; from++) {
      for (int to = 0; to < n; to++) {
        counts[from][to] = from == 0 ? 0 : from * to;
        for (int i = 0; i < counts[from][to]; i++) {
          float value = 100 * from + 10 * to + i;
          if (from == rank) {
            given.add(value);
          }
          if (to == rank) {
            expected.add(value);
          }
        }
      }
    }
    Peers.Spent before = peers.spent();
    try (Scope scope = new Scope()) {
      float[] flat = new float[given.size()];
      for (int i = 0; i < flat.length; i++) {
        flat[i] = given.get(i);
      }
      Tensor got = peers.deal("transitions", Tensors.of(flat, flat.length), counts);
      assertThat(got.dim()).isEqualTo(1);
      assertThat(Tensors.floats(got)).isEqualTo(floats(expected));
      Tensor strided = Tensors.of(new float[4], 2, 2).select(1, 0);
      long[][] two = new long[n][n];
      two[rank][0] = 2;
      assertThatThrownBy(() -> peers.deal("x", strided, two)).hasMessageContaining("flat");
    }
    Peers.Spent spent = peers.spent().since(before);
    assertThat(spent.waiting()).isNotNegative();
    assertThat(spent.others()).isPositive();
    assertThat(spent.summing()).isZero();
  }

  private static float[] floats(List<Float> values) {
    float[] all = new float[values.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = values.get(i);
    }
    return all;
  }

  @Test
  void aReportReachesAllWhateverTheyAreAt() {
    Status lost = new Status(Status.Kind.REWARD_FAILED, "the judge is gone");
    Status nan = new Status(Status.Kind.NOT_FINITE, "the loss is NaN");
    List<Function<Peers, Object>> others =
        List.of(
            p -> p.gather("scores", new double[1]),
            p -> p.broadcast("text", new byte[0]),
            p -> exactSum(p, 4, 10),
            p -> {
              p.broadcast("weights", List.of());
              return null;
            });
    List<Boolean> passed =
        Team.run(
            3,
            peers -> {
              for (Function<Peers, Object> other : others) {
                if (peers.rank() == 0) {
                  Throwable thrown = catchThrowable(() -> other.apply(peers));
                  assertThat(thrown).isInstanceOf(PeerFailed.class);
                  Status status = ((PeerFailed) thrown).status();
                  assertThat(status.kind()).isEqualTo(Status.Kind.NOT_FINITE);
                  assertThat(status.message()).matches("rank 2 on .*: the loss is NaN");
                } else {
                  Status agreed = peers.agree("step", peers.rank() == 1 ? lost : nan);
                  assertThat(agreed.message()).matches("rank 2 on .*: the loss is NaN");
                }
              }
              // They still can talk, and of equally grave ones the first is heard.
              Status own =
                  peers.rank() == 0 ? Status.WELL : Status.failed(new Error("e" + peers.rank()));
              assertThat(peers.agree("step", own).message()).matches("rank 1 on .*: e1");
              return true;
            });
    assertThat(passed).hasSize(3);
  }

  @Test
  void processesThatWentApartHearItAndDoNotHang() {
    List<Boolean> passed =
        Team.run(
            2,
            peers -> {
              assertThatThrownBy(
                      () -> {
                        if (peers.rank() == 0) {
                          peers.gather("scores", new double[1]);
                        } else {
                          peers.agree("the end", Status.WELL);
                        }
                      })
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("GATHER of scores")
                  .hasMessageContaining("AGREE on the end");
              // Different lengths would abort the process, different dtypes add nonsense.
              assertThatThrownBy(() -> exactSum(peers, 4, 10 + peers.rank()))
                  .hasMessageContaining("went apart");
              try (Scope scope = new Scope()) {
                Tensor t = Tensors.of(new float[1], 1);
                Tensor other = peers.rank() == 0 ? t : t.to(ScalarType.Int);
                assertThatThrownBy(() -> peers.broadcast("weights", List.of(other)))
                    .hasMessageContaining("went apart");
              }
              // Any other thread is refused: two would silently mix their numbers.
              Throwable[] thrown = new Throwable[1];
              Thread thread =
                  new Thread(
                      () -> thrown[0] = catchThrowable(() -> peers.gather("x", new byte[0])));
              thread.start();
              try {
                thread.join();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              assertThat(thrown[0]).hasMessageContaining("one thread");
              return true;
            });
    assertThat(passed).hasSize(2);
  }

  @Test
  void whoEndsEarlyIsNamed() {
    List<String> heard =
        Team.run(
            2,
            peers ->
                peers.rank() == 0
                    ? ""
                    : catchThrowable(() -> peers.gather("scores", new double[1])).getMessage());
    assertThat(heard.get(1)).matches("rank 0 on .* has ended early");
  }

  @Test
  void manyExchangesTakeNoMemory() {
    int exchanges = Integer.getInteger("meander.test.exchanges", 1000);
    long[] resident = new long[20];
    Team.run(
        2,
        peers -> {
          for (int i = 0; i < exchanges; i++) {
            int sample = i * resident.length / exchanges;
            if (peers.rank() == 0 && resident[sample] == 0) {
              System.gc();
              resident[sample] = Pointer.physicalBytes();
            }
            try (Scope scope = new Scope()) {
              if (i % 10 == 0) {
                exactSum(peers, 4, 5000);
                Tensor own = Tensors.of(new float[5000], 5000).mul_(new Scalar(0.5));
                peers.fastSum("gradients", own);
                peers.deal("transitions", own, new long[][] {{1000, 4000}, {2000, 3000}});
              } else {
                peers.gather("scores", new double[100 * peers.rank()]);
              }
            }
          }
          return null;
        });
    // The lowest of some moments: the compiler's working memory comes and goes by tens of MiB. A
    // leak of the buffers is 5 KB an exchange and more.
    long before = Arrays.stream(resident, 2, 11).min().orElseThrow();
    long after = Arrays.stream(resident, 11, 20).min().orElseThrow();
    assertThat(after - before).isLessThan(16L << 20);
  }
}
