package dev.meander.recipe;

import dev.meander.config.Binder;
import dev.meander.config.Overrides;
import dev.meander.train.TrainConfig;
import java.util.List;

/** Training recipes by name, bundled with the library, or by file. */
public final class Recipes {
  /** The bundled training recipes. */
  public static final List<String> BUNDLED = List.of("quickstart", "quickstart-long");

  private static final RecipeSource SOURCE = new RecipeSource("recipe", "/recipes/", BUNDLED);

  private Recipes() {}

  /**
   * The recipe {@code nameOrFile} with {@code overrides} applied.
   *
   * @param overrides {@code a.b=value}, values as YAML
   * @throws dev.meander.config.UserError listing everything that is wrong with it
   */
  public static TrainConfig load(String nameOrFile, List<String> overrides) {
    return Binder.bind(
        Overrides.apply(SOURCE.tree(nameOrFile), overrides), TrainConfig.class, nameOrFile);
  }

  /** The text of a recipe as it was written. */
  public static String text(String nameOrFile) {
    return SOURCE.text(nameOrFile);
  }
}
