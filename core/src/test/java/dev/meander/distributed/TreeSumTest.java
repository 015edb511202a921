package dev.meander.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TreeSumTest {
  private static final int LENGTH = 257;

  /** Values of very different sizes: any other order gives other bits. */
  private static float[] part(int index) {
    Random random = new Random(500 + index);
    float[] values = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      values[i] = (float) (random.nextGaussian() * Math.exp(3 * random.nextGaussian()));
    }
    return values;
  }

  /** The same tree in plain Java. */
  private static float[] reference(int lo, int hi) {
    if (hi - lo == 1) {
      return part(lo);
    }
    int left = 1;
    while (2 * left < hi - lo) {
      left *= 2;
    }
    float[] a = reference(lo, lo + left);
    float[] b = reference(lo + left, hi);
    for (int i = 0; i < LENGTH; i++) {
      a[i] += b[i];
    }
    return a;
  }

  private static TreeSum sum(int parts, PartRange own) {
    TreeSum sum = new TreeSum(parts, own, LENGTH);
    for (int p = own.from(); p < own.to(); p++) {
      try (Scope scope = new Scope()) { // the sum keeps what it was given
        sum.add(p, Tensors.of(part(p), LENGTH));
      }
    }
    return sum;
  }

  @Test
  void oneProcessAddsInTheTreesOrder() {
    for (int parts : new int[] {1, 2, 3, 5, 6, 7, 12, 48}) {
      try (Scope scope = new Scope();
          Alone alone = new Alone()) {
        Tensor total = alone.exactSum("test", sum(parts, new PartRange(0, parts)));
        assertThat(Tensors.floats(total)).isEqualTo(reference(0, parts));
      }
    }
  }

  @Test
  void anyCutAmongProcessesGivesTheSameBits() {
    for (int parts : new int[] {1, 5, 7, 12}) {
      for (int size = 1; size <= 9; size++) {
        try (Scope scope = new Scope()) {
          Map<TreeSum.Node, Tensor> known = new HashMap<>();
          List<TreeSum> sums = new ArrayList<>();
          for (int rank = 0; rank < size; rank++) {
            PartRange own = PartRange.of(parts, rank, size);
            TreeSum sum = sum(parts, own);
            List<TreeSum.Node> nodes = TreeSum.cover(parts, own);
            assertThat(sum.subtrees()).hasSameSizeAs(nodes);
            for (int i = 0; i < nodes.size(); i++) {
              known.put(nodes.get(i), sum.subtrees().get(i));
            }
            sums.add(sum);
          }
          assertThat(Tensors.floats(TreeSum.finish(parts, known::get)))
              .isEqualTo(reference(0, parts));
          sums.forEach(TreeSum::close);
        }
      }
    }
  }

  @Test
  void anotherOrderWouldBeSeen() {
    float[] inTurn = part(0);
    for (int p = 1; p < 12; p++) {
      float[] next = part(p);
      for (int i = 0; i < LENGTH; i++) {
        inTurn[i] += next[i];
      }
    }
    assertThat(inTurn).isNotEqualTo(reference(0, 12));
  }

  @Test
  void partsAreAddedInTheirOrderAndAllOfThem() {
    try (Scope scope = new Scope();
        TreeSum sum = new TreeSum(3, new PartRange(1, 3), LENGTH)) {
      Tensor zeros = Tensors.of(new float[LENGTH], LENGTH);
      assertThatThrownBy(() -> sum.add(0, zeros)).hasMessageContaining("part 0 where 1");
      sum.add(1, zeros);
      assertThatThrownBy(sum::subtrees).hasMessageContaining("part 2");
      Tensor strided = Tensors.of(new float[2 * LENGTH], LENGTH, 2).select(1, 0);
      assertThatThrownBy(() -> sum.add(2, strided)).hasMessageContaining("flat");
    }
  }

  @Test
  void stridedTensorsAreJoinedByValue() {
    try (Scope scope = new Scope()) {
      Tensor strided = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).t();
      Tensor plain = Tensors.of(new float[] {7, 8}, 2);
      Flat flat = new Flat(List.of(strided, plain, plain));
      Tensor joined = flat.join(List.of(strided, new Tensor(), plain));
      assertThat(Tensors.floats(joined)).containsExactly(1, 4, 2, 5, 3, 6, 0, 0, 7, 8);
      List<Tensor> split = flat.split(joined);
      assertThat(Tensors.shape(split.get(0))).containsExactly(3, 2);
      assertThat(Tensors.floats(split.get(0))).containsExactly(1, 4, 2, 5, 3, 6);
    }
  }
}
