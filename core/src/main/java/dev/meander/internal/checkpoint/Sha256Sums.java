package dev.meander.internal.checkpoint;

import dev.meander.config.Problems;
import dev.meander.config.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file {@code SHA256SUMS} of a checkpoint: which files belong to it, and their hashes. */
final class Sha256Sums {
  static final String FILE = "SHA256SUMS";
  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([^/\\\\]+)");

  private Sha256Sums() {}

  /** The text for these hashes by file name. */
  static String text(Map<String, String> hashes) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(hashes).forEach((f, h) -> text.append(h).append("  ").append(f).append('\n'));
    return text.toString();
  }

  /** Compares every file of a checkpoint with its hash. */
  static void verify(Path directory, Problems problems) {
    List<String> lines;
    try {
      lines = Files.readAllLines(directory.resolve(FILE));
    } catch (NoSuchFileException e) {
      problems.add("it has no " + FILE);
      return;
    } catch (IOException e) {
      problems.add(FILE + " cannot be read: " + StrictJson.fault(e));
      return;
    }
    if (lines.isEmpty()) {
      problems.add(FILE + " is empty");
    }
    for (String line : lines) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        verify(directory.resolve(matcher.group(2)), matcher.group(1), problems);
      } else {
        problems.add(FILE + " is damaged");
      }
    }
  }

  private static void verify(Path file, String expected, Problems problems) {
    try {
      if (!Sha256.of(file).equals(expected)) {
        problems.add(file.getFileName() + " is damaged (its SHA-256 is not what was written)");
      }
    } catch (NoSuchFileException e) {
      problems.add(file.getFileName() + " is missing");
    } catch (IOException e) {
      problems.add(file.getFileName() + " cannot be read: " + StrictJson.fault(e));
    }
  }
}
