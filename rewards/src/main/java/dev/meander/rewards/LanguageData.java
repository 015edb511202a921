package dev.meander.rewards;

import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds Tesseract's data of a language: where the settings or {@code TESSDATA_PREFIX} point, else
 * on the class path, else where packages of the system put it.
 */
final class LanguageData {
  private static final List<String> SYSTEM =
      List.of(
          "/usr/share/tesseract-ocr/5/tessdata",
          "/usr/share/tesseract-ocr/4.00/tessdata",
          "/usr/share/tessdata",
          "/usr/local/share/tessdata",
          "/opt/homebrew/share/tessdata",
          "C:\\Program Files\\Tesseract-OCR\\tessdata");

  private LanguageData() {}

  /**
   * The content of {@code language.traineddata}.
   *
   * @param directory the settings' own, where given; then nothing else is looked at
   * @param prefix the environment's {@code TESSDATA_PREFIX}, if it is set
   * @throws UserError that says where it was looked for and how to install it
   */
  static byte[] find(String language, Optional<Path> directory, Optional<Path> prefix) {
    String name = language + ".traineddata";
    List<Path> looked = new ArrayList<>();
    if (directory.isPresent()) {
      looked.addAll(places(directory.get(), name));
    } else {
      prefix.ifPresent(p -> looked.addAll(places(p, name)));
      Optional<byte[]> own =
          looked.stream().filter(Files::isRegularFile).findFirst().map(LanguageData::read);
      if (own.isPresent()) {
        return own.get();
      }
      Optional<byte[]> bundled = bundled(name);
      if (bundled.isPresent()) {
        return bundled.get();
      }
      SYSTEM.forEach(p -> looked.add(Path.of(p).resolve(name)));
    }
    return looked.stream()
        .filter(Files::isRegularFile)
        .findFirst()
        .map(LanguageData::read)
        .orElseThrow(() -> new UserError(missing(language, looked)));
  }

  /** The file that {@link #find} would read; empty where the data is in the program itself. */
  static Optional<Path> file(String language, Optional<Path> directory, Optional<Path> prefix) {
    String name = language + ".traineddata";
    List<Path> own = directory.or(() -> prefix).map(p -> places(p, name)).orElse(List.of());
    Optional<Path> found = own.stream().filter(Files::isRegularFile).findFirst();
    if (found.isPresent() || directory.isPresent() || bundled(name).isPresent()) {
      return found;
    }
    return SYSTEM.stream()
        .map(p -> Path.of(p).resolve(name))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UserError("reward ocr: cannot read " + file + ": " + StrictJson.fault(e), e);
    }
  }

  private static List<Path> places(Path directory, String name) {
    return List.of(directory.resolve(name), directory.resolve("tessdata").resolve(name));
  }

  private static Optional<byte[]> bundled(String name) {
    try (InputStream in = LanguageData.class.getResourceAsStream("/tessdata/" + name)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UserError("reward ocr: cannot read " + name + " of the class path", e);
    }
  }

  private static String missing(String language, List<Path> looked) {
    return "reward ocr: there is no data of Tesseract's language %s. Looked at: %s. Install it (Debian: apt-get install tesseract-ocr-%s), or set the key tessdata or TESSDATA_PREFIX to a directory with %s.traineddata"
        .formatted(
            language,
            String.join(", ", looked.stream().map(Path::toString).toList()),
            language.replace('_', '-'),
            language);
  }
}
