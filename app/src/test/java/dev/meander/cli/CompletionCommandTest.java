package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CompletionCommandTest {
  @TempDir Path dir;

  /** What bash offers for the last of {@code words}. */
  private List<String> offered(String... words) throws IOException, InterruptedException {
    Path script = dir.resolve("meander.bash");
    Files.writeString(script, Cli.run("completion", "bash").out());
    String test =
        "source %s\ncompopt() { :; }\nCOMP_WORDS=(%s)\nCOMP_CWORD=%d\nCOMP_LINE='x'\nCOMP_TYPE=9\n_complete_meander\nprintf '%%s\\n' \"${COMPREPLY[@]}\"\n"
            .formatted(script, String.join(" ", words), words.length - 1);
    Process bash = new ProcessBuilder("bash", "-c", test).redirectErrorStream(true).start();
    String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(out).isZero();
    return out.lines().map(String::strip).toList();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no bash")
  void bashOffersCommandsOptionsRecipesAndSettings() throws Exception {
    assertThat(offered("meander", "tra")).contains("train").doesNotContain("eval");
    assertThat(offered("meander", "train", "toybox-tp")).contains("toybox-tp-grpo");
    assertThat(offered("meander", "train", "--o")).contains("--out");
    assertThat(offered("meander", "train", "--set", "update.max"))
        .containsExactly("update.max_grad_norm=");
  }

  @Test
  void fishIsToldTheSame() {
    String script = Cli.run("completion", "fish").out();

    assertThat(script.lines())
        .allMatch(line -> line.startsWith("complete -c meander"))
        .anyMatch(line -> line.contains("-f -a train -d 'Train a model"))
        .anyMatch(
            line ->
                line.contains("'__fish_seen_subcommand_from train' -l set")
                    || line.contains("'__fish_seen_subcommand_from train' -s s -l set"))
        .anyMatch(
            line ->
                line.startsWith("complete -c meander -n '__fish_seen_subcommand_from train' -a")
                    && line.contains("quickstart"));
  }

  @Test
  void theClassPathIsThatOfTheProgram() {
    assertThat(Cli.run("classpath").out().strip()).isEqualTo(System.getProperty("java.class.path"));
  }
}
