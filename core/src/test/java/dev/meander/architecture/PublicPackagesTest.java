package dev.meander.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/embedding.md lists for programs and extensions is all that is meant for them. */
class PublicPackagesTest {
  private static final Path ROOT = Path.of("..");
  private static final Path SOURCES = Path.of("src/main/java");

  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(dev\\.meander[\\w.]*)` \\| ((?:`\\w+`(?:, )?)+) \\|");

  private static final Pattern INTERNAL = Pattern.compile("\\bInternal\\.\\s*\\*/");
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import (dev\\.meander[a-z.]*)\\.([A-Z]\\w*)");

  /** Types by package, as the document lists them. */
  private static Map<String, Set<String>> listed() throws IOException {
    Map<String, Set<String>> listed = new TreeMap<>();
    for (MatchResult row : all(ROW, document())) {
      Set<String> types = new TreeSet<>(List.of(row.group(2).replace("`", "").split(", ")));
      listed.put(row.group(1), types);
    }
    return listed;
  }

  private static String document() throws IOException {
    return Files.readString(ROOT.resolve("docs/embedding.md"));
  }

  private static List<MatchResult> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  /** The directories of every package of every module, by its name. */
  private static Map<String, Path> packages() throws IOException {
    Map<String, Path> packages = new TreeMap<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.filter(m -> Files.isDirectory(m.resolve(SOURCES))).toList()) {
        if (!module.endsWith("examples")) {
          Path sources = module.resolve(SOURCES);
          javaFiles(sources)
              .forEach(
                  f -> {
                    Path directory = sources.relativize(f.getParent());
                    packages.put(directory.toString().replaceAll("[/\\\\]", "."), f.getParent());
                  });
        }
      }
    }
    return packages;
  }

  private static List<Path> javaFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(f -> f.toString().endsWith(".java")).sorted().toList();
    }
  }

  @Test
  void everyPackageIsListedOrInternal() throws IOException {
    Map<String, Set<String>> listed = listed();
    Map<String, Path> packages = packages();
    assertThat(packages).containsKeys("dev.meander", "dev.meander.cli", "dev.meander.toybox");
    assertThat(packages.keySet()).containsAll(listed.keySet());
    for (Map.Entry<String, Path> one : packages.entrySet()) {
      String about = Files.readString(one.getValue().resolve("package-info.java"));
      boolean internal = one.getKey().contains(".internal") || INTERNAL.matcher(about).find();
      assertThat(internal)
          .as(one.getKey() + " is either in the table of docs/embedding.md or internal")
          .isNotEqualTo(listed.containsKey(one.getKey()));
    }
  }

  @Test
  void whatIsListedIsPublicAndDocumented() throws IOException {
    Map<String, Path> packages = packages();
    for (Map.Entry<String, Set<String>> row : listed().entrySet()) {
      for (String type : row.getValue()) {
        Path file = packages.get(row.getKey()).resolve(type + ".java");
        assertThat(file).exists();
        assertThat(Files.readString(file))
            .as(row.getKey() + "." + type)
            .containsPattern("(?s)\\*/\\s*(@[^;]*?)?public [\\w @-]*\\b" + type + "\\b");
      }
    }
  }

  @Test
  void theExamplesUseNothingElse() throws IOException {
    StringBuilder text = new StringBuilder(document());
    for (Path file : javaFiles(ROOT.resolve("examples").resolve(SOURCES))) {
      text.append(Files.readString(file));
    }
    List<MatchResult> imports = all(IMPORT, text.toString());
    assertThat(imports).hasSizeGreaterThan(20);
    Map<String, Set<String>> listed = listed();
    for (MatchResult one : imports) {
      assertThat(listed.getOrDefault(one.group(1), Set.of()))
          .as(one.group())
          .contains(one.group(2));
    }
  }
}
