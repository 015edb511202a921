package dev.meander.train;

import dev.meander.event.Event;
import dev.meander.event.ProcessMemory;
import dev.meander.event.Progress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/**
 * Trains several times in one process and tells, after every rollout and every run, its resident
 * memory in MiB and how many native objects are open: lines {@code rollout 1 512.0 404}.
 */
final class Soak {
  private Soak() {}

  /** Arguments: a directory, then for each run its overrides, separated by spaces. */
  public static void main(String[] args) {
    for (int i = 1; i < args.length; i++) {
      new TrainRun(
              TinyRun.config(args[i].split(" ")),
              new RunDirectory(Path.of(args[0], "run-" + i)),
              List.of(
                  stamped -> {
                    if (stamped.event() instanceof Event.MemoryMeasured measured) {
                      tell("rollout", measured.step());
                    }
                  }),
              Progress.Source.SILENT,
              InstantSource.system())
          .execute(false);
      tell("run", i);
    }
  }

  private static void tell(String what, long number) {
    System.out.printf(
        "%s %d %.1f %d%n",
        what, number, ProcessMemory.measure(number, 0).residentMebibytes(), Pointer.totalCount());
  }
}
