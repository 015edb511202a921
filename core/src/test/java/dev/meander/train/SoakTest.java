package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Native memory is given back by whoever took it: in processes of their own, in which the garbage
 * collector frees none, trainings of an adapter and of all weights, with moving average and
 * reference, leave no native object open and the resident memory flat within 2 percent.
 *
 * <p>The Java heap is resident from the start, and there is no second compiler, whose working
 * memory comes and goes by tens of MiB: what grows is native.
 */
@EnabledOnOs(OS.LINUX)
class SoakTest {
  private static final double FLAT = 1.02;
  private static final String[] PLAIN = {"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"};

  /** JavaCPP counts open objects only where the collector may free them: it has nothing to do. */
  private static final String[] COUNTED = {"-Xmx2g", "-Xmn1800m"};

  private static final String[] MEASURED = {
    "-Dorg.bytedeco.javacpp.nopointergc=true", "-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch"
  };

  private static final String RECIPE =
      "model.path=../models/toybox-sd3 model.width=16 sampling.steps=3 data.prompts_per_rollout=1"
          + " data.group_size=2 update.updates_per_rollout=1 gold_rewards=[] gold_watch=null"
          + " evaluation.every=0 evaluation.limit=1 checkpoints.every=100 ";
  private static final String LORA = RECIPE + "policy=lora rollouts=";
  private static final String FULL = RECIPE + "policy=full rollouts=";

  @TempDir private Path dir;

  /** One line of {@link Soak}. */
  private record Told(String what, int number, double mebibytes, long objects) {
    static Told parse(String line) {
      String[] words = line.split(" ");
      return new Told(
          words[0],
          Integer.parseInt(words[1]),
          Double.parseDouble(words[2]),
          Long.parseLong(words[3]));
    }
  }

  private List<Told> soak(String[] options, String... runs) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(dir.toString()));
    arguments.addAll(List.of(runs));
    Process process =
        TinyRun.java(Soak.class, Stream.of(PLAIN, options).flatMap(Stream::of).toList(), arguments)
            .start();
    List<String> output;
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      output = reader.lines().toList();
    }
    assertThat(process.waitFor()).as(String.join("\n", output)).isZero();
    return output.stream()
        .filter(line -> line.startsWith("run ") || line.startsWith("rollout "))
        .map(Told::parse)
        .toList();
  }

  private static List<Told> only(String what, List<Told> told) {
    return told.stream().filter(t -> t.what().equals(what)).toList();
  }

  /** The average changes after every second rollout, which takes an object more. */
  @Test
  void nothingStaysOpen() throws Exception {
    List<Told> told = soak(COUNTED, LORA + 4, FULL + 4, LORA + 1);

    assertThat(only("run", told)).hasSize(3).extracting(Told::objects).containsOnly(0L);
    List<Told> rollouts = only("rollout", told);
    for (int run = 0; run <= 4; run += 4) {
      assertThat(rollouts.get(run + 3).objects())
          .as("%s", rollouts)
          .isPositive()
          .isEqualTo(rollouts.get(run + 1).objects());
    }
  }

  /** The first two runs load the engine, its buffers and the classes. */
  @Test
  void runsGiveBackWhatTheyTook() throws Exception {
    List<Told> told =
        soak(
            MEASURED, LORA + 1, FULL + 1, LORA + 1, FULL + 1, LORA + 1, FULL + 1, LORA + 1,
            FULL + 1);

    List<Told> runs = only("run", told);
    assertThat(runs).hasSize(8);
    assertThat(largest(runs.subList(6, 8)))
        .as("%s", runs)
        .isLessThan(FLAT * largest(runs.subList(2, 4)));
  }

  /** Peaks, because single rollouts differ by what is in use at that moment. */
  @Test
  void aLongRunStaysAtItsSize() throws Exception {
    List<Told> rollouts = only("rollout", soak(MEASURED, FULL + 50));

    assertThat(rollouts).hasSize(50);
    assertThat(largest(rollouts.subList(30, 50)))
        .as("%s", rollouts)
        .isLessThan(FLAT * largest(rollouts.subList(0, 20)));
  }

  private static double largest(List<Told> told) {
    return told.stream().mapToDouble(Told::mebibytes).max().orElseThrow();
  }
}
