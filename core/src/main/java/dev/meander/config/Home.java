package dev.meander.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where the program is installed, so that bundled models are found from any working directory. */
public final class Home {
  /** The system property that names the directory; the launcher sets it. */
  public static final String PROPERTY = "meander.home";

  private Home() {}

  /**
   * {@code path}, or the same path below the program's home when it is relative and exists only
   * there.
   *
   * @throws UserError when the text cannot be a path
   */
  public static Path resolve(String path) {
    Path given;
    try {
      given = Path.of(path);
    } catch (InvalidPathException e) {
      throw new UserError(path + " cannot be a path: " + e.getReason(), e);
    }
    String home = System.getProperty(PROPERTY);
    if (home == null || given.isAbsolute() || Files.exists(given)) {
      return given;
    }
    Path bundled = Path.of(home).resolve(given);
    return Files.exists(bundled) ? bundled : given;
  }
}
