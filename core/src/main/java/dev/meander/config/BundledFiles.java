package dev.meander.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Models on the class path, as the artifact {@code meander-models} brings them. Weights are read
 * from files, so those of a jar are unpacked once, into the user's cache.
 */
final class BundledFiles {
  private static final String ROOT = "META-INF/meander/";

  private BundledFiles() {}

  /**
   * The file or directory {@code path} of the class path.
   *
   * @param loader the loader of the class path
   * @param cache where it is unpacked when it lies in a jar
   * @throws UserError when it cannot be unpacked
   */
  static Optional<Path> find(ClassLoader loader, Path path, Path cache) {
    String name = ROOT + path.normalize().toString().replace('\\', '/');
    URL found = loader.getResource(name);
    if (found == null) {
      return Optional.empty();
    }
    try {
      if (found.getProtocol().equals("file")) {
        return Optional.of(Path.of(found.toURI()));
      }
      if (found.openConnection() instanceof JarURLConnection jar) {
        jar.setUseCaches(false);
        try (JarFile file = jar.getJarFile()) {
          return Optional.of(unpack(file, name, cache));
        }
      }
      return Optional.empty();
    } catch (IOException | UncheckedIOException e) {
      throw new UserError(
          "cannot unpack the bundled %s into %s: %s".formatted(path, cache, e.getMessage()), e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path unpack(JarFile jar, String name, Path cache) throws IOException {
    List<JarEntry> entries =
        jar.stream()
            .filter(e -> !e.isDirectory())
            .filter(e -> e.getName().equals(name) || e.getName().startsWith(name + "/"))
            .sorted(Comparator.comparing(JarEntry::getName))
            .toList();
    // Another build of the jar is another folder: nobody's files change while they are read.
    Path version = cache.resolve("bundled").resolve(version(entries));
    Path target = version.resolve(name.substring(ROOT.length()));
    if (Files.exists(target)) {
      return target;
    }
    Files.createDirectories(version.getParent());
    Path aside = Files.createTempDirectory(version.getParent(), "unpacking");
    try {
      for (JarEntry entry : entries) {
        Path file = aside.resolve(entry.getName().substring(ROOT.length())).normalize();
        if (!file.startsWith(aside)) {
          throw new IOException("an entry of " + jar.getName() + " leads elsewhere: " + entry);
        }
        Files.createDirectories(file.getParent());
        try (InputStream bytes = jar.getInputStream(entry)) {
          Files.copy(bytes, file);
        }
      }
      try {
        Files.move(aside, version, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        if (!Files.exists(target)) { // else another process was faster
          throw e;
        }
      }
      return target;
    } finally {
      delete(aside);
    }
  }

  /** A name that other files do not have. */
  private static String version(List<JarEntry> entries) {
    CRC32 sum = new CRC32();
    for (JarEntry entry : entries) {
      sum.update(
          (entry.getName() + ' ' + entry.getSize() + ' ' + entry.getCrc() + '\n')
              .getBytes(StandardCharsets.UTF_8));
    }
    return Long.toHexString(sum.getValue());
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
