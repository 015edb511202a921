package dev.meander.fuzz;

import dev.meander.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One target, {@code -Dfuzz.target=}, for Jazzer, which is guided by what an input reaches. */
public final class JazzerTarget {
  private static Target target;
  private static Watch watch;

  private JazzerTarget() {}

  /** Prints the names of all targets. */
  public static void main(String[] args) throws IOException {
    Readers.all(Files.createTempDirectory("fuzz")).forEach(t -> System.out.println(t.name()));
  }

  /** Called once. */
  public static void fuzzerInitialize() throws IOException {
    Engine.start(1);
    String name = System.getProperty("fuzz.target");
    target =
        Readers.all(Files.createTempDirectory("fuzz")).stream()
            .filter(t -> t.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no target " + name));
    Path seeds = Files.createDirectories(Path.of("target/fuzz-seeds", name));
    for (int i = 0; i < target.seeds().size(); i++) {
      Files.write(seeds.resolve("seed-" + i), target.seeds().get(i));
    }
    watch = new Watch(Path.of("target/fuzz"));
  }

  /** Called for every input. */
  public static void fuzzerTestOneInput(byte[] input) {
    watch.read(target, input);
  }
}
