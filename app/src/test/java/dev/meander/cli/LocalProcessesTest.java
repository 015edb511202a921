package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --processes}, with the command line as a process of its own. */
@DisabledOnOs(OS.WINDOWS)
class LocalProcessesTest {
  private static final int SECONDS = 120;

  @TempDir private Path temp;
  private Process parent;

  @AfterEach
  void end() {
    if (parent != null) {
      parent.descendants().forEach(ProcessHandle::destroyForcibly);
      parent.destroyForcibly();
    }
  }

  private Path recipe() throws IOException {
    return Files.writeString(
        temp.resolve("tiny.yaml"),
        TrainCommandTest.RECIPE.formatted(Cli.MODEL.toAbsolutePath().normalize())
            + "distributed: {parts: 4, timeout: 20}\n");
  }

  private Process start(Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // One compiler: most of its life is the start.
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--enable-native-access"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Meander.class.getName()));
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    parent =
        new ProcessBuilder(command)
            .directory(temp.toFile())
            .redirectOutput(temp.resolve("out").toFile())
            .redirectError(temp.resolve("err").toFile())
            .start();
    return parent;
  }

  private String err() throws IOException {
    return Files.readString(temp.resolve("err"), StandardCharsets.UTF_8);
  }

  private void ends(int status) throws Exception {
    List<ProcessHandle> children = parent.descendants().toList();
    assertThat(parent.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(parent.exitValue()).as(err()).isEqualTo(status);
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(temp).isDirectoryNotContaining("glob:**hs_err*");
  }

  /** A run without end that has begun. */
  private void endless() throws Exception {
    endless(2);
  }

  private void endless(int processes) throws Exception {
    Path run = temp.resolve("run");
    start("train", recipe(), "--out", run, "--processes", processes, "--set", "rollouts=100000");
    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!Files.exists(run.resolve("checkpoints")) && System.nanoTime() < patience) {
      assertThat(parent.isAlive()).as(err()).isTrue();
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  @Test
  void twoProcessesLeaveWhatOneLeaves() throws Exception {
    Path two = temp.resolve("two");
    start("train", recipe(), "--out", two, "--json", "--processes", 2);
    Path one = temp.resolve("one");
    Cli.Result alone = Cli.run("train", recipe(), "--out", one);
    assertThat(alone.status()).as(alone.err()).isZero();
    ends(0);
    assertThat(new ObjectMapper().readTree(temp.resolve("out").toFile()).path("images").asInt())
        .isEqualTo(4);
    assertThat(err()).doesNotContain("Gloo");
    for (String file : List.of("policy.safetensors", "optimizer.safetensors")) {
      assertThat(two.resolve("checkpoints/step-00000001").resolve(file))
          .hasSameBinaryContentAs(one.resolve("checkpoints/step-00000001").resolve(file));
    }
  }

  @Test
  void aKilledProcessEndsAll() throws Exception {
    endless();
    // They are started one after the other.
    List<ProcessHandle> children =
        parent.children().sorted(Comparator.comparingLong(ProcessHandle::pid)).toList();
    assertThat(children).hasSize(2);
    children.get(1).destroyForcibly();
    ends(137);
    assertThat(err()).contains("error: the connection broke at ", "rank 1 on ");
  }

  @Test
  void aSignalEndsAll() throws Exception {
    endless();
    parent.destroy();
    ends(130);
    assertThat(err())
        .containsOnlyOnce(" of 100000")
        .containsOnlyOnce("To go on: meander resume " + temp.resolve("run"))
        .doesNotContain("error");
    assertThat(Files.readString(temp.resolve("out"))).containsOnlyOnce("Stopping: ");
  }

  @Test
  void oneProcessThatIsAskedToStopKeepsWhatItHas() throws Exception {
    Path run = temp.resolve("run");
    endless(1);
    while (!Files.readString(run.resolve("metrics.jsonl")).contains("update_finished")) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    parent.destroy();
    ends(130);
    assertThat(err())
        .matches("(?s)Stopped after rollout \\d+ of 100000, all of which .*step-\\d+ keeps.\\R.*")
        .contains("To go on: meander resume " + run);
    JsonNode state = Cli.run("inspect", run, "--json").json();
    assertThat(state.path("last_step").asInt()).isPositive();
    Cli.Result more =
        Cli.run("resume", run, "--set", "rollouts=" + (state.path("last_step").asInt() + 1));
    assertThat(more.status()).as(more.err()).isZero();
  }

  @Test
  void aSecondSignalEndsAtOnce() throws Exception {
    endless(1);
    parent.destroy();
    TimeUnit.MILLISECONDS.sleep(600);
    parent.destroy(); // which may come too late: the run stops within a step
    ends(130);
    assertThat(err()).contains("To go on: meander resume");
  }

  @Test
  void aMistakeIsSaidAndItsStatusPassedOn() throws Exception {
    start("train", recipe(), "--set", "seed=x", "--processes", 2);
    ends(2);
    assertThat(err()).contains("seed");
    start("train", recipe(), "--processes", 0);
    ends(2);
    assertThat(err()).contains("must be at least 1");
  }

  @Test
  void theOptionIsNotPassedOn() {
    assertThat(
            LocalProcesses.without(
                List.of("train", "--processes", "3", "tiny", "--processes=2", "--json")))
        .containsExactly("train", "tiny", "--json");
  }
}
