package dev.meander.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.Keys;
import dev.meander.config.Overrides;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Recipes of one kind: bundled ones by name, others by file.
 *
 * @param what the kind, for messages
 * @param folder the folder of the bundled ones on the class path
 * @param bundled their names
 */
public record RecipeSource(String what, String folder, List<String> bundled) {
  private static final String EXTENSION = ".yaml";
  private static final String EXTENDS = "extends";

  /** More names than these are not told in a message. */
  private static final int LISTED = 8;

  /** What a recipe never has from another. */
  private static final List<String> OWN = List.of("name", "description");

  /**
   * The text of a recipe as it was written.
   *
   * @param nameOrFile a bundled recipe's name, or a file
   * @throws UserError when there is no such recipe
   */
  public String text(String nameOrFile) {
    if (bundled.contains(nameOrFile)) {
      return resource(folder + nameOrFile + EXTENSION);
    }
    if (!exists(nameOrFile)) {
      throw new UserError(unknown(nameOrFile));
    }
    Path file = file(nameOrFile);
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new UserError("the %s %s is not UTF-8 text".formatted(what, file), e);
    } catch (IOException e) {
      throw new UserError(
          "cannot read the %s %s: %s".formatted(what, file, StrictJson.fault(file, e)), e);
    }
  }

  private boolean exists(String nameOrFile) {
    Path file = file(nameOrFile);
    return bundled.contains(nameOrFile) || file != null && Files.exists(file);
  }

  /** The nearest name where one is near; else files are more likely meant than names. */
  private String unknown(String nameOrFile) {
    boolean named = !nameOrFile.contains("/") && !nameOrFile.endsWith(EXTENSION);
    String last = nameOrFile.substring(nameOrFile.lastIndexOf('/') + 1);
    return Keys.nearest(last.replace(EXTENSION, ""), bundled)
        .map(near -> "there is no %s %s; did you mean %s?".formatted(what, nameOrFile, near))
        .orElse(
            named
                ? "there is no %s %s; give a file, or a name: %s"
                    .formatted(
                        what,
                        nameOrFile,
                        bundled.size() > LISTED
                            ? "meander recipes lists all " + bundled.size()
                            : String.join(", ", bundled))
                : "there is no file " + nameOrFile);
  }

  /**
   * The settings of a recipe, which remember their lines, laid over those of the recipe that it
   * {@code extends}: a bundled one by name, or a file, sought beside the one that names it.
   *
   * @param nameOrFile a bundled recipe's name, or a file
   * @throws UserError when there is no such recipe, or recipes extend each other in a circle
   */
  public ObjectNode tree(String nameOrFile) {
    return tree(nameOrFile, List.of());
  }

  private ObjectNode tree(String nameOrFile, List<String> children) {
    List<String> chain = Stream.concat(children.stream(), Stream.of(nameOrFile)).toList();
    if (children.contains(nameOrFile)) {
      throw new UserError("recipes extend each other in a circle: " + String.join(" -> ", chain));
    }
    ObjectNode own = ConfigFile.parse(text(nameOrFile), nameOrFile);
    String where = ConfigFile.where(own, EXTENDS);
    JsonNode parent = own.remove(EXTENDS);
    if (parent == null) {
      return own;
    }
    if (!parent.isTextual()) {
      throw new UserError(
          "%s: %s must be the name of a recipe or a file, not %s"
              .formatted(where, EXTENDS, parent));
    }
    String beside = beside(nameOrFile, parent.asText());
    if (!exists(beside)) {
      throw new UserError(where + ": " + EXTENDS + ": " + unknown(parent.asText()));
    }
    ObjectNode base = tree(beside, chain);
    base.remove(OWN);
    return Overrides.merge(base, own);
  }

  /**
   * The folder that the paths of a recipe are relative to; none for a bundled one, and where it is
   * the working directory.
   *
   * @param nameOrFile as {@link #tree} and the places in its trees have it
   */
  Optional<Path> folder(String nameOrFile) {
    Path file = file(nameOrFile);
    if (bundled.contains(nameOrFile) || file == null || file.getParent() == null) {
      return Optional.empty();
    }
    Path here = Path.of("").toAbsolutePath();
    return Optional.of(file.getParent())
        .filter(folder -> !folder.toAbsolutePath().normalize().equals(here));
  }

  private String beside(String child, String parent) {
    if (bundled.contains(parent) || bundled.contains(child)) {
      return parent;
    }
    Path file = file(parent);
    return file == null ? parent : file(child).resolveSibling(file).normalize().toString();
  }

  private static Path file(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static String resource(String path) {
    try (InputStream in = RecipeSource.class.getResourceAsStream(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
