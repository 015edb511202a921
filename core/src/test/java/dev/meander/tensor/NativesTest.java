package dev.meander.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** The build brings the fast matrix library where there is one, and the engine loads it. */
class NativesTest {
  private static final String CHOICE = "org.bytedeco.openblas.load";

  @Test
  void theBuildChoosesMklOnItsPlatformsOnly() {
    String chosen = System.getProperty(CHOICE);
    if (hasMkl()) {
      assertThat(chosen).isEqualTo("mkl");
    } else {
      assertThat(chosen).isNull();
    }
  }

  @Test
  void theEngineComputesWithTheChosenLibrary() {
    Tensor two = Tensors.of(new float[] {0, 1, 1, 1}, 2, 2);

    assertThat(Tensors.floats(two.mm(two))).containsExactly(1, 1, 1, 2);
    assertThat(Loader.getLoadedLibraries().keySet().stream().anyMatch(n -> n.startsWith("mkl_rt")))
        .isEqualTo(hasMkl());
  }

  private static boolean hasMkl() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    return System.getProperty("os.arch").equals("amd64")
        && (os.startsWith("linux") || os.startsWith("windows"));
  }
}
