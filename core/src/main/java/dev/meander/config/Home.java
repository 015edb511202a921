package dev.meander.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/** Where the program is installed, so that bundled models are found from any working directory. */
public final class Home {
  /** The system property that names the directory; the launcher sets it. */
  public static final String PROPERTY = "meander.home";

  private Home() {}

  /**
   * {@code path}; or, when it is relative and does not exist, the same path below the program's
   * home, or else among the bundled files of the class path, which are unpacked into {@link
   * #cache}.
   *
   * @throws UserError when the text cannot be a path, or bundled files cannot be unpacked
   */
  public static Path resolve(String path) {
    Path given;
    try {
      given = Path.of(path);
    } catch (InvalidPathException e) {
      throw new UserError(path + " cannot be a path: " + e.getReason(), e);
    }
    if (given.isAbsolute() || path.isEmpty() || Files.exists(given)) {
      return given;
    }
    String home = System.getProperty(PROPERTY);
    if (home != null) {
      Path bundled = Path.of(home).resolve(given);
      if (Files.exists(bundled)) {
        return bundled;
      }
    }
    return BundledFiles.find(Home.class.getClassLoader(), given, cache()).orElse(given);
  }

  /** The folder of the user's cache for what can be made again. */
  public static Path cache() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    Path home = Path.of(System.getProperty("user.home", "."));
    String named = System.getenv(system.contains("win") ? "LOCALAPPDATA" : "XDG_CACHE_HOME");
    Path base =
        named != null && !named.isEmpty()
            ? Path.of(named)
            : home.resolve(system.contains("mac") ? "Library/Caches" : ".cache");
    return base.resolve("meander");
  }
}
