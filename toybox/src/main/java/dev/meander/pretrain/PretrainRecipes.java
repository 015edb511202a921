package dev.meander.pretrain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigWriter;
import dev.meander.config.Keys;
import dev.meander.config.Overrides;
import dev.meander.config.UserError;
import dev.meander.recipe.RecipeSource;
import java.util.List;

/** Pretraining recipes by name, bundled with the library, or by file. */
public final class PretrainRecipes {
  /** The bundled pretraining recipes. */
  public static final List<String> BUNDLED = List.of("toybox-sd3", "toybox-preference-model");

  private static final RecipeSource SOURCE =
      new RecipeSource("pretraining recipe", "/recipes/pretrain/", BUNDLED);

  private static final String TYPE = "type";
  private static final String FLOW = "flow"; // where nothing is said
  private static final String PREFERENCE = "preference";

  private PretrainRecipes() {}

  /**
   * The recipe {@code nameOrFile} with {@code overrides} applied; its {@code type} says what is
   * made, {@code flow} where there is none.
   *
   * @param overrides the changes {@code a.b=value}, with values as YAML
   * @throws dev.meander.config.UserError listing everything that is wrong with it
   */
  public static Pretraining load(String nameOrFile, List<String> overrides) {
    ObjectNode tree = Overrides.apply(SOURCE.tree(nameOrFile), overrides);
    String type = tree.path(TYPE).asText(FLOW);
    tree.remove(TYPE);
    return switch (type) {
      case FLOW -> Binder.bind(tree, PretrainConfig.class, nameOrFile);
      case PREFERENCE -> Binder.bind(tree, PreferenceConfig.class, nameOrFile);
      default ->
          throw new UserError(
              "%s: type cannot be %s; %s"
                  .formatted(nameOrFile, type, Keys.suggestion(type, List.of(FLOW, PREFERENCE))));
    };
  }

  /** The recipe as a file that {@link #load} reads again, every setting written out. */
  public static String yaml(Pretraining recipe) {
    if (recipe instanceof PreferenceConfig preference) {
      return TYPE + ": " + PREFERENCE + "\n" + ConfigWriter.toYaml(preference);
    }
    return ConfigWriter.toYaml((Record) recipe);
  }

  /** The text of a recipe as it was written. */
  public static String text(String nameOrFile) {
    return SOURCE.text(nameOrFile);
  }
}
