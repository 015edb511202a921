package dev.meander.tensor;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * Guards JavaCPP's cache of unpacked native libraries: processes that unpack the same one at once
 * crash, one of them executing what the other is still writing. The first use of a library is for
 * one process of the machine at a time; later uses of the same jars, which unpack nothing, are for
 * any number.
 */
final class Unpacking {
  private Unpacking() {}

  /**
   * Runs {@code loading}, which loads native libraries for the first time in this process.
   *
   * @param name the library's name
   */
  static synchronized void guard(String name, Runnable loading) {
    Path cache = cache();
    if (cache != null) {
      Path whole = cache.resolve(".meander-" + name + "-" + jars());
      if (!Files.exists(whole) && first(cache, whole, loading)) {
        return;
      }
    }
    loading.run(); // which says what is wrong with a folder that cannot be made
  }

  /** Returns whether this process was the one to unpack. */
  private static boolean first(Path cache, Path whole, Runnable loading) {
    try (FileChannel channel =
            FileChannel.open(
                cache.resolve(".meander"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (Files.exists(whole)) {
        return false;
      }
      loading.run();
      Files.createFile(whole);
      return true;
    } catch (IOException e) {
      return false; // a file system without locks, or without space for an empty file
    }
  }

  private static Path cache() {
    try {
      return Loader.getCacheDir().toPath();
    } catch (IOException e) {
      return null;
    }
  }

  /** Names, sizes and times of the jars of native libraries: what JavaCPP compares too. */
  private static String jars() {
    List<String> jars = new ArrayList<>();
    jars.add(Natives.engineVersion().orElse("")); // the only thing known without a plain class path
    Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(File::new)
        .filter(f -> f.getName().endsWith(".jar") && f.getPath().contains("bytedeco"))
        .forEach(f -> jars.add(f.getName() + f.length() + f.lastModified()));
    return Integer.toHexString(jars.hashCode());
  }
}
