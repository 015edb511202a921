package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** A program that is interrupted while it computes ends in order, whatever its threads are at. */
class InterruptTest {
  private static final int INTERRUPTED = 130;

  @RepeatedTest(3)
  void endsWithAWordAndNoCrash(@TempDir Path temp) throws Exception {
    Path err = temp.resolve("err.txt");
    Process process = start(temp, err);
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("computing");
    }
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(err)).isEqualToIgnoringNewLines("Interrupted. To go on, do this.");
    assertThat(process.exitValue()).isEqualTo(INTERRUPTED);
    assertThat(temp).isDirectoryNotContaining("glob:**hs_err*");
  }

  private static Process start(Path folder, Path err) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // One compiler: most of its life is the start.
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    // Newer Javas warn of native code unless this process allows it too.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--enable-native-access"))
        .forEach(command::add);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), BusyProgram.class.getName()));
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectError(err.toFile())
        .start();
  }
}
