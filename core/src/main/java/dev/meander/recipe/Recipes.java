package dev.meander.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.Overrides;
import dev.meander.config.UserError;
import dev.meander.train.TrainConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Recipes by name, bundled with the library, or by file. */
public final class Recipes {
  /** The bundled training recipes. */
  public static final List<String> BUNDLED = List.of("quickstart", "quickstart-long");

  private Recipes() {}

  /**
   * The recipe {@code nameOrFile} with {@code overrides} applied.
   *
   * @param overrides {@code a.b=value}, values as YAML
   * @throws UserError listing everything that is wrong with it
   */
  public static TrainConfig load(String nameOrFile, List<String> overrides) {
    ObjectNode tree = Overrides.apply(tree(nameOrFile), overrides);
    return Binder.bind(tree, TrainConfig.class, nameOrFile);
  }

  /** The text of a recipe as it was written. */
  public static String text(String nameOrFile) {
    if (BUNDLED.contains(nameOrFile)) {
      return resource(nameOrFile);
    }
    Path file = Path.of(nameOrFile);
    if (!Files.isRegularFile(file)) {
      throw new UserError(
          "there is no recipe "
              + nameOrFile
              + ": give a file, or one of "
              + String.join(", ", BUNDLED));
    }
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static ObjectNode tree(String nameOrFile) {
    return ConfigFile.parse(text(nameOrFile), nameOrFile);
  }

  private static String resource(String name) {
    try (InputStream in = Recipes.class.getResourceAsStream("/recipes/" + name + ".yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
