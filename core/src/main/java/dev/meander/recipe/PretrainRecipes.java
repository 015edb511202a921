package dev.meander.recipe;

import dev.meander.config.Binder;
import dev.meander.config.Overrides;
import dev.meander.pretrain.PretrainConfig;
import java.util.List;

/** Pretraining recipes by name, bundled with the library, or by file. */
public final class PretrainRecipes {
  /** The bundled pretraining recipes. */
  public static final List<String> BUNDLED = List.of("toybox-sd3");

  private static final RecipeSource SOURCE =
      new RecipeSource("pretraining recipe", "/recipes/pretrain/", BUNDLED);

  private PretrainRecipes() {}

  /**
   * The recipe {@code nameOrFile} with {@code overrides} applied.
   *
   * @param overrides {@code a.b=value}, values as YAML
   * @throws dev.meander.config.UserError listing everything that is wrong with it
   */
  public static PretrainConfig load(String nameOrFile, List<String> overrides) {
    return Binder.bind(
        Overrides.apply(SOURCE.tree(nameOrFile), overrides), PretrainConfig.class, nameOrFile);
  }

  /** The text of a recipe as it was written. */
  public static String text(String nameOrFile) {
    return SOURCE.text(nameOrFile);
  }
}
