package dev.meander.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class MemoryMeterTest {
  private static final int N = 1000;
  private static final long BYTES = 4 * N;

  private static Tensor ones() {
    return torch.ones(N);
  }

  private static Tensor leaf() {
    Tensor leaf = ones();
    leaf.set_requires_grad(true);
    return leaf;
  }

  @Test
  void aStorageCountsOnceHoweverManyTensorsShareIt() {
    assertThat(
            MemoryMeter.readings(
                Hardware.CPU,
                () -> {
                  Tensor x = ones();
                  x.view(10, 100).narrow(0, 1, 2);
                  x.to(ScalarType.BFloat16);
                }))
        .containsExactly(BYTES + BYTES / 2);
  }

  @Test
  void whatAnInnerScopeOrTheProgramFreedIsGone() {
    assertThat(
            MemoryMeter.readings(
                Hardware.CPU,
                () -> {
                  try (Scope inner = new Scope()) {
                    ones().close();
                    inner.keep(ones().exp());
                  }
                }))
        .containsExactly(2 * BYTES, BYTES);
  }

  /** The sine's input is kept for the backward pass, the sum's is not. */
  @Test
  void whatIsSavedForTheBackwardPassStays() {
    try (Scope scope = new Scope()) {
      Tensor x = leaf();
      assertThat(
              MemoryMeter.readings(
                  Hardware.CPU,
                  () -> {
                    try (Scope inner = new Scope()) {
                      inner.keep(x.add(x).sin().sum());
                    }
                  }))
          .containsExactly(2 * BYTES + 4, BYTES + 4);
    }
  }

  @Test
  void whatIsSavedWithinAnOperationIsSeen() {
    try (Scope scope = new Scope()) {
      Tensor x = leaf().to(ScalarType.BFloat16);
      List<Long> readings =
          MemoryMeter.readings(
              Hardware.CPU,
              () -> {
                try (Scope inner = new Scope()) {
                  inner.keep(torch.rms_norm(x, N).sum());
                }
              });
      assertThat(readings.get(1)).isGreaterThanOrEqualTo(BYTES); // its input in float32
    }
  }

  /** Forward: input, output and the two in between; then the outputs; then the four again. */
  @Test
  void segmentsAreSeenWhenTheyAreComputedAgain() {
    try (Scope scope = new Scope()) {
      Tensor x = leaf();
      List<Long> readings =
          MemoryMeter.readings(
              Hardware.CPU,
              () ->
                  Recompute.segment(List.of(x), i -> List.of(i.get(0).sin().sin().sin()))
                      .get(0)
                      .sum(),
              List.of(x));
      assertThat(readings.get(0)).isEqualTo(3 * BYTES);
      assertThat(readings).hasSize(3);
      assertThat(readings.get(1)).isGreaterThanOrEqualTo(4 * BYTES);
      assertThat(readings.get(2)).isLessThan(readings.get(1));
    }
  }

  @Test
  void outsideOfItNothingIsWatched() {
    MemoryMeter.readings(Hardware.CUDA, () -> assertThat(MemoryMeter.asOnCpu(ones())).isFalse());
    assertThat(MemoryMeter.asOnCpu(ones())).isTrue();
  }
}
