package dev.meander.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

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
  void switchesTheSlowAttentionKernelsOff() {
    Engine.start(1);
    assertThat(torch.globalContext().userEnabledFlashSDP()).isFalse();
    assertThat(torch.globalContext().userEnabledMemEfficientSDP()).isFalse();
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
}
