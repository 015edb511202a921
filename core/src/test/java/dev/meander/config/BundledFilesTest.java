package dev.meander.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundledFilesTest {
  private static final Path MODEL = Path.of("models/small");

  @TempDir private Path dir;

  private URLClassLoader jar(String name, String text) throws IOException {
    Path jar = dir.resolve(name);
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      for (String folder : new String[] {"", "models/", "models/small/"}) {
        out.putNextEntry(new JarEntry("META-INF/meander/" + folder));
      }
      out.putNextEntry(new JarEntry("META-INF/meander/models/small/part/weights"));
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
  }

  @Test
  void aModelInAJarIsUnpackedOnce() throws IOException {
    try (URLClassLoader loader = jar("a.jar", "one")) {
      Path found = BundledFiles.find(loader, MODEL, dir.resolve("cache")).orElseThrow();
      assertThat(found.resolve("part/weights")).hasContent("one");
      assertThat(BundledFiles.find(loader, MODEL, dir.resolve("cache"))).contains(found);
    }
    try (Stream<Path> left = Files.list(dir.resolve("cache/bundled"))) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void anotherBuildIsAnotherFolder() throws IOException {
    Path first;
    try (URLClassLoader loader = jar("a.jar", "one")) {
      first = BundledFiles.find(loader, MODEL, dir).orElseThrow();
    }
    try (URLClassLoader loader = jar("b.jar", "two")) {
      Path second = BundledFiles.find(loader, MODEL, dir).orElseThrow();
      assertThat(second).isNotEqualTo(first);
      assertThat(second.resolve("part/weights")).hasContent("two");
      assertThat(first.resolve("part/weights")).hasContent("one");
    }
  }

  @Test
  void whatTheClassPathLacksIsNotFound() throws IOException {
    try (URLClassLoader loader = jar("a.jar", "one")) {
      assertThat(BundledFiles.find(loader, Path.of("models/other"), dir))
          .isEqualTo(Optional.empty());
    }
  }

  @Test
  void aCacheThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "x");
    try (URLClassLoader loader = jar("a.jar", "one")) {
      assertThatThrownBy(() -> BundledFiles.find(loader, MODEL, file))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith("cannot unpack the bundled models/small into " + file);
    }
  }
}
