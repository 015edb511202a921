package dev.meander.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class RecomputeTest {
  private static Tensor leaf(float... values) {
    Tensor leaf = Tensors.of(values, values.length);
    leaf.set_requires_grad(true);
    return leaf;
  }

  /** y = a x in two segments, with x b between them: d/da, d/db and d/dx of the product. */
  @Test
  void theChainRuleAcrossSegments() {
    try (Scope scope = new Scope()) {
      Tensor a = leaf(2);
      Tensor b = leaf(3);
      Tensor x = leaf(5);
      Tensor unused = leaf(1);
      Supplier<Tensor> loss =
          () -> {
            Tensor one = Recompute.segment(List.of(x), i -> List.of(i.get(0).mul(a))).get(0);
            Tensor between = one.mul(b);
            return Recompute.segment(List.of(between), i -> List.of(i.get(0).mul(a))).get(0).sum();
          };
      List<Tensor> gradients = Recompute.gradients(loss, List.of(a, b, x, unused));
      assertThat(Tensors.floats(gradients.get(0))).containsExactly(2 * 2 * 3 * 5);
      assertThat(Tensors.floats(gradients.get(1))).containsExactly(2 * 2 * 5);
      assertThat(Tensors.floats(gradients.get(2))).containsExactly(2 * 2 * 3);
      assertThat(gradients.get(3).defined()).isFalse();
    }
  }

  /** Segments that share an input with a history, one with two outputs, one that nothing needs. */
  @Test
  void theSameGradientsAsWithout() {
    try (Scope scope = new Scope()) {
      Tensor w = leaf(0.3f, -1.2f, 0.7f);
      Tensor v = leaf(1.1f, 0.4f, -0.6f);
      Supplier<Tensor> loss =
          () -> {
            Tensor time = w.mul(v).sin(); // an input of every segment
            Tensor x = v.exp();
            Tensor c = Tensors.of(new float[] {1, 2, 3}, 3); // needs no gradient
            for (int k = 0; k < 3; k++) {
              List<Tensor> out =
                  Recompute.segment(
                      List.of(x, c, time),
                      in ->
                          List.of(
                              in.get(0).mul(w).add(in.get(2)).tanh(),
                              in.get(1).mul(in.get(0)).add(in.get(2))));
              x = out.get(0);
              c = out.get(1);
            }
            Recompute.segment(List.of(x), in -> List.of(in.get(0).mul(w)));
            return x.mul(c).add(time.square()).sum();
          };
      List<Tensor> leaves = List.of(w, v);
      List<Tensor> plain = Autograd.gradients(loss.get(), leaves);
      List<Tensor> again = Recompute.gradients(loss, leaves);
      for (int i = 0; i < leaves.size(); i++) {
        assertThat(Tensors.floats(again.get(i)))
            .usingComparatorWithPrecision(1e-5f)
            .containsExactly(Tensors.floats(plain.get(i)));
      }
    }
  }

  @Test
  void everySegmentRunsTwiceAndOutsideOfABackwardPassOnce() {
    try (Scope scope = new Scope();
        Workers workers = new Workers(2)) {
      Tensor w = leaf(2);
      AtomicInteger runs = new AtomicInteger();
      Supplier<Tensor> pass =
          () ->
              Recompute.segment(
                      List.of(w.detach()),
                      in -> {
                        runs.incrementAndGet();
                        return List.of(in.get(0).mul(w));
                      })
                  .get(0);
      assertThat(pass.get().requires_grad()).isTrue();
      assertThat(runs).hasValue(1);
      List<Tensor> results = new ArrayList<>();
      Autograd.noGrad(() -> results.add(pass.get()));
      assertThat(runs).hasValue(2);
      workers.backward(2, List.of(w), part -> pass.get().mul(new Scalar(part.index() + 1)).sum());
      assertThat(runs).hasValue(6);
      assertThat(Tensors.floats(Autograd.grad(w))).containsExactly(2 * (1 + 2));
    }
  }
}
