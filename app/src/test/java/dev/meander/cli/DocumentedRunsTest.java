package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.cli.DocumentedPage.Command;
import dev.meander.config.Home;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the README and of docs that need nothing run: page by page, in their order, in
 * one working directory. The run of the quickstart, which many pages speak of, is kept; else a page
 * begins with its own files alone.
 */
class DocumentedRunsTest {
  private static final Path HERE = Path.of("").toAbsolutePath();
  private static final Path QUICKSTART = HERE.resolve("runs/quickstart");

  @TempDir private Path dir;

  @Test
  void everyCommandThatNeedsNothingRuns() throws Exception {
    Path said = dir.resolve("said");
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(List.of("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.matches("--enable-native-access.*|-Dorg\\.bytedeco.*"))
        .forEach(java::add);
    java.addAll(
        List.of(
            "-Djava.awt.headless=true",
            "-D" + Home.PROPERTY + "=" + DocumentedPage.ROOT,
            "-cp",
            System.getProperty("java.class.path"),
            DocumentedRunsTest.class.getName()));
    Process process =
        new ProcessBuilder(java)
            .directory(Files.createDirectory(dir.resolve("home")).toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).as(Files.readString(said)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(said)).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * The process in that directory, which is to be empty: it deletes what it finds between pages.
   *
   * @param names the pages; none means all
   */
  public static void main(String[] names) {
    try (Stream<Path> found = Files.list(HERE)) {
      assertThat(found).isEmpty();
      DocumentedPage.all().stream()
          .filter(page -> names.length == 0 || List.of(names).contains(page.toString()))
          .filter(page -> page.commands().stream().anyMatch(Command::isRun))
          .sorted(Comparator.comparing(page -> !page.toString().equals("docs/quickstart.md")))
          .forEach(DocumentedRunsTest::run);
      System.exit(0);
    } catch (Throwable t) {
      t.printStackTrace();
      System.exit(1); // a server in the background does not end by itself
    }
  }

  private static void run(DocumentedPage page) {
    try {
      clear();
      page.writeFiles(HERE);
      for (Command command : page.commands()) {
        if (command.isRun()) {
          run(page, command);
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void run(DocumentedPage page, Command command) throws IOException {
    List<String> words = new ArrayList<>(command.words());
    words.addAll(command.more());
    if (command.background()) {
      Thread server = new Thread(() -> Cli.run(words.toArray()));
      server.setDaemon(true);
      server.start();
      return;
    }
    long start = System.nanoTime();
    Cli.Result result = Cli.run(words.toArray());
    System.out.printf(
        "%5.1f s  %s:%d: %s%n",
        (System.nanoTime() - start) / 1e9, page, command.line(), command.text());
    assertThat(result.status())
        .as("%s:%d: %s%n%s", page, command.line(), command.text(), result.err())
        .isEqualTo(command.status());
    if (!command.output().isEmpty()) {
      Files.writeString(Path.of(command.output()), result.out());
    }
  }

  private static void clear() throws IOException {
    try (Stream<Path> all = Files.walk(HERE)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.startsWith(QUICKSTART) && !QUICKSTART.startsWith(path)) {
          Files.delete(path);
        }
      }
    }
  }
}
