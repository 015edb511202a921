package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.meander.advantage.Statistics;
import dev.meander.cli.BuildBench.Ratio;
import dev.meander.config.UserError;
import dev.meander.event.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launchers are shell scripts")
class BuildBenchTest {
  @TempDir Path dir;

  private static void git(Path home, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("git", "-c", "user.name=a", "-c", "user.email=a@b"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(out).isZero();
  }

  /** A launcher that measures what it is told to. */
  private static void launcher(Path home, String rates) throws IOException {
    Path file = home.resolve("meander");
    Files.writeString(
        file,
        "#!/bin/sh\n[ \"$1\" = bench ] || exit 0\n[ \"$3\" = quickstart ] || exit 9\n"
            + "echo '{\"results\": [{\"dtype\": \"f32\", \"threads\": 2, "
            + rates
            + "}]}'\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path checkout() throws Exception {
    Path home = Files.createDirectory(dir.resolve("home"));
    git(home, "init", "-q");
    launcher(home, "\"decode_images_per_second\": 200, \"gone_per_second\": 1");
    git(home, "add", "-A");
    git(home, "commit", "-q", "-m", "before");
    launcher(home, "\"decode_images_per_second\": 250, \"new_per_second\": 1");
    return home;
  }

  @Test
  void bothBuildsMeasureTheSameAndWhatBothMeasureIsCompared() throws Exception {
    List<Ratio> ratios =
        new BuildBench(checkout(), "HEAD", List.of("quickstart"), dir.resolve("cache"))
            .run(3, Progress.Source.SILENT);

    assertThat(ratios).hasSize(1);
    Ratio decode = ratios.get(0);
    assertThat(decode.name()).isEqualTo("f32, 2 threads, decode images/s");
    assertThat(decode.old()).containsExactly(200, 200, 200);
    assertThat(decode.now()).containsExactly(250, 250, 250);
    assertThat(BuildBench.columns().table(ratios).lines().get(1))
        .isEqualTo("f32, 2 threads, decode images/s     200  250  1.250   1.250    1.250");
  }

  @Test
  void ratiosAreOfNeighbours() {
    Ratio ratio = new Ratio("x", new double[] {100, 50, 80}, new double[] {110, 45, 80});

    assertThat(ratio.ratios()).containsExactly(0.9, 1.0, 1.1);
    assertThat(Statistics.median(ratio.ratios())).isEqualTo(1);
    assertThat(Statistics.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
  }

  @Test
  void onlyRatesAreCompared() {
    assertThat(
            BuildBench.rates(
                "{\"results\": [{\"dtype\": \"bf16\", \"threads\": 4, \"matmul_peak_gflops\": 9,"
                    + " \"forward_samples_per_second\": 2.5}]}"))
        .containsExactly(entry("bf16, 4 threads, forward samples/s", 2.5));
    assertThatThrownBy(() -> BuildBench.rates("Killed"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Killed");
  }

  @Test
  void whatCannotBeMeasuredIsRefused() throws Exception {
    Path home = checkout();
    Path cache = dir.resolve("cache");

    assertThatThrownBy(
            () ->
                new BuildBench(home, "nowhere", List.of("quickstart"), cache)
                    .run(1, Progress.Source.SILENT))
        .isInstanceOf(UserError.class)
        .hasMessage("there is no commit nowhere in " + home);
    assertThatThrownBy(
            () ->
                new BuildBench(home, "HEAD", List.of("other"), cache)
                    .run(1, Progress.Source.SILENT))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the measurement in");
    assertThat(Cli.run("bench", "--compare", "HEAD", "--turns", 0).err())
        .contains("--compare builds another commit, so it needs a git checkout");
  }
}
