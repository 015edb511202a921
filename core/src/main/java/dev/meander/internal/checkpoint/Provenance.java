package dev.meander.internal.checkpoint;

import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.tensor.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What a result came from, so that it can be repeated.
 *
 * @param version the program's version
 * @param gitCommit the commit it was built from, where the build knew it
 * @param engine the tensor engine's version
 * @param threads the threads of one tensor operation: sums may differ in the last bit with their
 *     number
 * @param java the version and vendor of the Java runtime
 * @param os the operating system: its name, version and architecture
 * @param seeds the seeds by what they are for
 * @param sha256 the hashes of the files that went in, by path
 */
public record Provenance(
    String version,
    Optional<String> gitCommit,
    String engine,
    int threads,
    String java,
    String os,
    Map<String, Long> seeds,
    Map<String, String> sha256) {
  private static final String RESOURCE = "build.properties";

  public Provenance {
    seeds = Collections.unmodifiableMap(new TreeMap<>(seeds));
    sha256 = Collections.unmodifiableMap(new TreeMap<>(sha256));
  }

  /**
   * Describes this process.
   *
   * @param files the inputs to be hashed: weights, prompts
   * @throws UserError naming a file that cannot be read
   */
  public static Provenance collect(Map<String, Long> seeds, List<Path> files) {
    Properties build = build();
    return new Provenance(
        known(build, "version").orElse("unknown"),
        known(build, "git_commit"),
        Engine.version(),
        Engine.threads(),
        property("java.version") + " (" + property("java.vendor") + ")",
        property("os.name") + " " + property("os.version") + " " + property("os.arch"),
        seeds,
        hashes(files));
  }

  /**
   * Whether it is the same program and engine with the same files, which with equal settings, and
   * as many threads, compute the same.
   */
  public boolean isRepeatedBy(Provenance now) {
    return version.equals(now.version)
        && gitCommit.equals(now.gitCommit)
        && engine.equals(now.engine)
        && sha256.equals(now.sha256);
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  private static Properties build() {
    Properties properties = new Properties();
    try (InputStream in = Provenance.class.getResourceAsStream(RESOURCE)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + RESOURCE, e);
    }
    return properties;
  }

  /** A value that the build filled in; a placeholder that was left is none. */
  static Optional<String> known(Properties build, String key) {
    String value = build.getProperty(key, "").strip();
    return value.isEmpty() || value.contains("${") ? Optional.empty() : Optional.of(value);
  }

  private static Map<String, String> hashes(List<Path> files) {
    Map<String, String> hashes = new TreeMap<>();
    files.forEach(file -> hashes.put(file.toString(), hash(file)));
    return hashes;
  }

  /**
   * The SHA-256 of an input, in hexadecimal.
   *
   * @throws UserError naming a file that cannot be read
   */
  public static String hash(Path file) {
    try {
      return Sha256.of(file);
    } catch (NoSuchFileException e) {
      throw new UserError("there is no file " + file, e);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + StrictJson.fault(e), e);
    }
  }
}
