package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchRuntimeException;

import dev.meander.config.UserError;
import dev.meander.tensor.Tensors;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String report(Throwable e, boolean debug, int status) {
    assertThat(new Failures(err, () -> debug).report(e)).isEqualTo(status);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatTheUserDidWrongIsTheMessageAlone() {
    assertThat(report(new UserError("there is no file x"), false, 2))
        .isEqualTo("error: there is no file x" + System.lineSeparator());
  }

  @Test
  void aPathThatIsNoneIsSoOfTheUser() {
    RuntimeException none = catchRuntimeException(() -> Path.of("a\0b"));
    assertThat(report(none, false, 2))
        .startsWith("error: \"a\\0b\" is no path: ")
        .doesNotContain("Exception", "--debug");
  }

  @Test
  void anErrorOfTheEngineIsItsFirstLine() {
    Tensor two = Tensors.of(new float[2], 1, 2);
    RuntimeException engine = null;
    try {
      two.mm(two);
    } catch (RuntimeException e) {
      engine = e;
    }
    assertThat(engine).isNotNull();
    assertThat(engine.getMessage().lines().count()).as("a C++ stack trace").isGreaterThan(2);

    assertThat(report(engine, false, 1).lines())
        .hasSize(2)
        .first()
        .asString()
        .contains("error: ", "mat1 and mat2");
  }

  @Test
  void debugShowsTheStackTrace() {
    assertThat(report(new IllegalStateException("loss is NaN"), true, 1))
        .contains("error: loss is NaN", "at dev.meander.cli.FailuresTest");
  }

  @Test
  void memoryRunningOutSaysWhatToDo() {
    assertThat(report(new OutOfMemoryError("Java heap space"), false, 1))
        .contains("Java heap space", "batch size", "MEANDER_JAVA_OPTS");
  }
}
