package dev.meander.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EngineTest {
  private int threads;

  @BeforeEach
  void remember() {
    threads = torch.get_num_threads();
  }

  @AfterEach
  void restore() {
    Engine.start(threads);
  }

  @Test
  void fixesTheThreads() {
    Engine.start(1);
    assertThat(Engine.threads()).isEqualTo(1);
    assertThat(torch.get_num_threads()).isEqualTo(1);
    Engine.start(0);
    assertThat(Engine.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(torch.get_num_threads()).isEqualTo(1);
    assertThat(Engine.workers().count()).isEqualTo(Engine.threads());
    Engine.start(6, 4);
    assertThat(torch.get_num_threads()).isEqualTo(1);
    assertThat(Engine.workers().count()).isEqualTo(4);
    Engine.start(6, 2);
    assertThat(torch.get_num_threads()).isEqualTo(3);
    Engine.start(2, 8);
    assertThat(Engine.workers().count()).isEqualTo(2);
  }

  @Test
  void mklHasTheThreadsOfOneWorker() {
    Engine.start(2, 2);
    MklThreads.library()
        .ifPresent(
            mkl ->
                assertThat(mkl.getFunction("MKL_Get_Max_Threads").invokeInt(new Object[0]))
                    .isEqualTo(1));
  }

  @Test
  void denormalsCountAsZeroInTheWorkersAlone() {
    Engine.start(2, 2);
    float[] products = new float[4];
    try (Scope scope = new Scope()) {
      for (int pieces = 1; pieces <= 2; pieces++) {
        int at = pieces - 1;
        Engine.workers()
            .run(
                pieces,
                part -> {
                  products[at + part.index()] = denormal();
                  return List.of();
                });
      }
      products[3] = denormal();
    }
    assertThat(products).startsWith(0, 0, 0);
    assertThat(products[3]).isCloseTo(1e-40f, within(1e-44f));
  }

  @Test
  void numbersOfEverySizeAreReadAfterTheStart() {
    Engine.start(2, 2);
    // The first endless where denormals count as zero, the second 0.
    assertThat(Double.parseDouble("2.2250738585072012e-308")).isEqualTo(Double.MIN_NORMAL);
    assertThat(Double.parseDouble("4.9e-324")).isEqualTo(Double.MIN_VALUE);
  }

  /** 1e-40, below the normal range of a float. */
  private static float denormal() {
    Tensor small = Tensors.of(new float[] {1e-30f}, 1);
    return Tensors.floats(small.mul(new Scalar(1e-10)))[0];
  }

  @Test
  void errorsInOneLine() {
    try (Scope scope = new Scope()) {
      Throwable error =
          catchThrowable(
              () -> torch.matmul(Tensors.of(new float[6], 2, 3), Tensors.of(new float[6], 2, 3)));
      assertThat(error.getMessage()).contains("\n");
      assertThat(Engine.firstLine(error))
          .isEqualTo("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)");
    }
    assertThat(Engine.firstLine(new IllegalStateException("one"))).isEqualTo("one");
    assertThat(Engine.firstLine(new IllegalStateException())).isEqualTo("null");
  }

  @Test
  void aMissingLibraryOfTheCudaBuildIsNamed() {
    UnsatisfiedLinkError error = new UnsatisfiedLinkError("no jnitorch in java.library.path: /lib");
    error.initCause(
        new UnsatisfiedLinkError(
            "/cache/x.jar/libjnitorch.so: libcupti.so.13: cannot open shared object file: No such file"));
    assertThat(Engine.unloadable(error))
        .startsWith(
            "the tensor engine cannot be loaded: libcupti.so.13: cannot open shared object file: No such file (its"
                + " build with CUDA")
        .contains("LD_LIBRARY_PATH");
    assertThat(
            Engine.unloadable(new UnsatisfiedLinkError("no jnitorch in java.library.path: /lib")))
        .isEqualTo("the tensor engine cannot be loaded: no jnitorch in java.library.path: /lib");
  }

  @Test
  void nothingIsWaitedForOnTheHost() {
    Engine.synchronize();
    assertThat(Engine.deviceMebibytes()).isEmpty();
  }
}
