package dev.meander.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class WorkersTest {
  @Test
  void splitsIntoNearlyEqualParts() {
    try (Workers workers = new Workers(3)) {
      assertThat(workers.split(8))
          .containsExactly(
              new Workers.Part(0, 0, 3), new Workers.Part(1, 3, 3), new Workers.Part(2, 6, 2));
      assertThat(workers.split(2))
          .containsExactly(new Workers.Part(0, 0, 1), new Workers.Part(1, 1, 1));
      assertThat(workers.split(0)).containsExactly(new Workers.Part(0, 0, 0));
    }
  }

  @Test
  void resultsOutliveTheThreadsAndAreFreedWithTheCallersScope() {
    List<Tensor> kept = new ArrayList<>();
    try (Workers workers = new Workers(2);
        Scope scope = new Scope()) {
      List<Supplier<List<Tensor>>> pieces = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        final float value = i;
        pieces.add(
            () -> {
              Tensor t = Tensors.of(new float[] {value, value}, 2);
              return List.of(t.add(new Scalar(1.0)));
            });
      }
      List<List<Tensor>> results = workers.run(pieces);
      for (int i = 0; i < 5; i++) {
        assertThat(Tensors.floats(results.get(i).get(0))).containsExactly(i + 1, i + 1);
        kept.add(results.get(i).get(0));
      }
    }
    assertThat(kept).allMatch(t -> t.isNull());
  }

  @Test
  void runsAtOnce() {
    CountDownLatch both = new CountDownLatch(2);
    Supplier<List<Tensor>> meet =
        () -> {
          both.countDown();
          try {
            assertThat(both.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return List.of();
        };
    try (Workers workers = new Workers(2)) {
      assertThat(workers.run(List.of(meet, meet))).hasSize(2);
    }
  }

  @Test
  void aPieceMayHavePieces() {
    try (Workers workers = new Workers(1);
        Scope scope = new Scope()) {
      Supplier<List<Tensor>> one = () -> List.of(Tensors.of(new float[] {1}, 1));
      Supplier<List<Tensor>> two =
          () -> workers.run(List.of(one, one)).stream().map(tensors -> tensors.get(0)).toList();
      List<List<Tensor>> results = workers.run(List.of(two));
      assertThat(results.get(0)).hasSize(2);
      assertThat(Tensors.floats(results.get(0).get(1))).containsExactly(1);
    }
  }

  @Test
  void aFailureIsTheCallersFailure() {
    try (Workers workers = new Workers(2)) {
      Supplier<List<Tensor>> good = List::of;
      Supplier<List<Tensor>> bad =
          () -> {
            throw new IllegalArgumentException("the second piece");
          };
      assertThatThrownBy(() -> workers.run(List.of(good, bad, good)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the second piece");
      assertThat(workers.run(List.of(good, good))).hasSize(2);
    }
  }

  @Test
  void gradientsOfPartsAddUpToTheGradientOfTheWhole() {
    try (Workers workers = new Workers(2);
        Scope scope = new Scope()) {
      Tensor leaf = Tensors.of(new float[] {1, 2}, 2);
      Tensor unused = Tensors.of(new float[] {1}, 1);
      leaf.set_requires_grad(true);
      unused.set_requires_grad(true);
      List<Tensor> leaves = List.of(leaf, unused);
      workers.backward(
          2,
          leaves,
          part -> part.index() == 0 ? leaf.square().sum() : leaf.mul(new Scalar(3.0)).sum());
      assertThat(Tensors.floats(Autograd.grad(leaf))).containsExactly(5, 7);
      assertThat(Autograd.grad(unused)).isNull();
    }
  }
}
