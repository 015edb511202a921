package dev.meander.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every reader of the library gets inputs that are nearly right, and all that ever made one fail.
 *
 * <p>{@code -Dfuzz.inputs=} says how many, {@code -Dfuzz.targets=a,b} of which targets, {@code
 * -Dfuzz.seed=} which ones. Otherwise each target has a fraction of a second, and the same inputs
 * each time.
 */
class ReadersFuzzTest {
  private static final Path FINDINGS = Path.of("src/test/resources/fuzz");
  private static final long MILLIS = 150;
  private static final int SHORT = 300;

  @TempDir static Path temp;
  private static Watch watch;

  @BeforeAll
  static void start() {
    Engine.start(1);
    watch = new Watch(Path.of("target/fuzz"));
  }

  @AfterAll
  static void end() {
    watch.close();
  }

  @TestFactory
  Stream<DynamicTest> readers() {
    List<String> chosen = List.of(System.getProperty("fuzz.targets", "").split(","));
    return Readers.all(temp).stream()
        .filter(t -> chosen.equals(List.of("")) || chosen.contains(t.name()))
        .map(target -> DynamicTest.dynamicTest(target.name(), () -> fuzz(target)));
  }

  private static void fuzz(Target target) throws Exception {
    for (byte[] seed : target.seeds()) {
      watch.read(target, seed);
    }
    List<byte[]> known = new ArrayList<>(target.seeds());
    known.addAll(findings(target));
    for (byte[] finding : known) {
      watch.read(target, finding);
    }
    Long inputs = Long.getLong("fuzz.inputs");
    Mutator mutator = new Mutator(Long.getLong("fuzz.seed", 1));
    long end = System.currentTimeMillis() + MILLIS;
    long done = 0;
    while (inputs == null ? done < SHORT && System.currentTimeMillis() < end : done < inputs) {
      watch.read(target, mutator.next(target, known));
      done++;
    }
    assertThat(done).isPositive();
    if (inputs != null) {
      System.out.printf("%s: %,d inputs%n", target.name(), done);
    }
  }

  private static List<byte[]> findings(Target target) throws IOException {
    Path folder = FINDINGS.resolve(target.name());
    List<byte[]> findings = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          findings.add(Files.readAllBytes(file));
        }
      }
    }
    return findings;
  }
}
