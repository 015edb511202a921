package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The trainings behind docs/study.md, as archives: unpacked, they say what the document says. */
class StudyArchivesTest {
  private static final Path ARCHIVES = Path.of("../studies/results");
  private static final String END = ".tar.xz";

  @TempDir private Path dir;

  static List<String> studies() throws IOException {
    try (Stream<Path> files = Files.list(ARCHIVES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(END))
          .map(name -> name.substring(0, name.length() - END.length()))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("studies")
  void theDocumentSaysWhatTheRunsSay(String name) throws IOException {
    unpack(ARCHIVES.resolve(name + END), dir);
    String file = "../studies/" + name + ".yaml";
    Object[] command = {
      "study", file, "--out", dir.resolve(name), "--seeds", seeds(name), "--set", "threads=1"
    };
    assertThat(Cli.run(with(command, "--plan")).out()).contains("of which 0.0 are left");
    JsonNode study = Cli.run(with(command, "--json")).json().path("study");
    assertThat(study.path("images_per_prompt").asInt()).isEqualTo(4);
    assertThat(study.path("variants").size()).isGreaterThan(2);
    String document = Files.readString(Path.of("../docs/study.md"));
    String section = document.substring(document.indexOf("(`studies/" + name + ".yaml`"));
    for (JsonNode variant : study.path("variants")) {
      JsonNode gain = variant.path("gain");
      assertThat(section)
          .contains(
              String.format(
                  Locale.ROOT,
                  "| %s | %.3f | %.3f to %.3f |",
                  variant.path("variant").asText(),
                  gain.path("value").asDouble(),
                  gain.path("low").asDouble(),
                  gain.path("high").asDouble()));
    }
  }

  /** The seeds of its runs, which are called VARIANT-SEED. */
  private String seeds(String name) throws IOException {
    try (Stream<Path> runs = Files.list(dir.resolve(name))) {
      return runs.map(run -> run.getFileName().toString())
          .map(run -> run.substring(run.lastIndexOf('-') + 1))
          .distinct()
          .sorted()
          .collect(Collectors.joining(","));
    }
  }

  private static Object[] with(Object[] command, Object more) {
    return Stream.concat(Stream.of(command), Stream.of(more)).toArray();
  }

  private static void unpack(Path archive, Path into) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new XZCompressorInputStream(new BufferedInputStream(Files.newInputStream(archive))))) {
      for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
        Path target = into.resolve(entry.getName()).normalize();
        assertThat(target).startsWithRaw(into);
        if (entry.isFile()) {
          Files.createDirectories(target.getParent());
          Files.copy(tar, target);
        }
      }
    }
  }
}
