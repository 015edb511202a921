package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/rewards.md do what the page says. */
class DocumentedRewardsTest {
  @TempDir private Path dir;

  /** The block of code in {@code language} that follows a heading. */
  private static String example(String heading, String language) throws Exception {
    String page = Files.readString(Path.of("../docs/rewards.md"));
    String section = page.substring(page.indexOf("\n### " + heading + "\n"));
    String fence = "```" + language + "\n";
    int start = section.indexOf(fence) + fence.length();
    return section.substring(start, section.indexOf("```\n", start));
  }

  private static float[] score(String name, JsonNode config, int... levels) {
    byte[] rgb = new byte[levels.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) levels[i];
    }
    try (Reward reward = Rewards.create(name, config)) {
      Image image = new Image(levels.length / 3, 1, rgb);
      return reward.score(List.of(new Reward.Sample(Prompt.of("1", ""), image)));
    }
  }

  @Test
  void oneClassAndAServiceFile() throws Exception {
    Path source = dir.resolve("example/DarkShare.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, example("One class and a service file", "java"));
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-parameters",
                "-proc:none",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "-d",
                dir.toString(),
                source.toString());
    assertThat(status).isZero();
    Path services = dir.resolve("META-INF/services/dev.meander.reward.RewardProvider");
    Files.createDirectories(services.getParent());
    Files.writeString(services, example("One class and a service file", "text"));

    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {dir.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      JsonNode config = ConfigFile.parse("{below: 32}", "test");
      assertThat(score("dark_share", config, 31, 0, 0, 0, 32, 0, 9, 9, 9, 255, 255, 255))
          .containsExactly(0.5f);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void anOnnxFileAndFiveLinesOfYaml() throws Exception {
    String yaml = example("An ONNX file and five lines of YAML", "yaml");
    assertThat(yaml.lines()).hasSize(5);
    Path network = dir.resolve("warmth.onnx");
    Files.copy(Path.of("src/test/resources/onnx/mean-color.onnx"), network);
    JsonNode config =
        ConfigFile.parse(yaml.replace("warmth.onnx", network.toString()), "docs/rewards.md");

    // (red - blue) / 0.5 of a plain picture.
    assertThat(score("onnx", config, 204, 0, 51)[0]).isCloseTo(1.2f, within(1e-4f));
  }
}
