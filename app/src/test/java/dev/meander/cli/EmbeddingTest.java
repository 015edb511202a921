package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.image.Image;
import dev.meander.image.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of docs/embedding.md, in a JVM without any option, far from the checkout. */
class EmbeddingTest {
  private static final Path DOCUMENT = Path.of("../docs/embedding.md");

  @TempDir private Path dir;

  private static String program() throws IOException {
    Matcher block =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(DOCUMENT));
    assertThat(block.find()).isTrue();
    return block.group(1);
  }

  @Test
  void theDocumentsProgramRuns() throws Exception {
    String program = program();
    assertThat(program.lines().count()).isLessThanOrEqualTo(30);
    Path source = Files.writeString(dir.resolve("Embedding.java"), program);
    String classPath = System.getProperty("java.class.path");
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", classPath, "-d", dir.toString(), source.toString());
    assertThat(compiled).isZero();

    Path output = dir.resolve("output");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    dir + System.getProperty("path.separator") + classPath,
                    "Embedding",
                    "pictures",
                    "2"))
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    assertThat(Files.readString(output))
        .containsPattern("1: -0\\.\\d+")
        .containsPattern("2: -0\\.\\d+");
    Image before = Png.read(dir.resolve("pictures/before.png"));
    Image after = Png.read(dir.resolve("pictures/after.png"));
    assertThat(after.width()).isEqualTo(before.width()).isEqualTo(64);
    assertThat(after.rgb()).isNotEqualTo(before.rgb());
  }
}
