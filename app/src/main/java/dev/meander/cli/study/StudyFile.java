package dev.meander.cli.study;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rule;
import dev.meander.config.Rules;
import dev.meander.config.UserError;
import dev.meander.recipe.Recipes;
import dev.meander.train.Budget;
import dev.meander.train.TrainConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A question and the trainings that answer it: variants that differ in a few settings, by seeds.
 */
public record StudyFile(
    @Doc("Name of the study; its runs go to runs/NAME.") String name,
    @Doc("What it asks.") @Default("") String question,
    @Doc("Seeds of the runs, the same for every variant.") List<Long> seeds,
    @Doc("What every run may spend; left out: the recipes' rollouts.") Optional<Budget> budget,
    @Doc(
            "Images of each held-out prompt in a last evaluation of every finished run, and of the untrained model; 0: none beside the runs' own.")
        @Default("0")
        @Range(min = 0, max = 1000)
        int finalImagesPerPrompt,
    @Doc("Settings of all variants, by key.") @Default("{}") Map<String, JsonNode> settings,
    @Doc("What is compared; the first is what others are set against.") List<Variant> variants) {

  /** One of the things that are compared. */
  public record Variant(
      @Doc("Its name.") String name,
      @Doc("A bundled recipe's name, or a file.") String recipe,
      @Doc("How it differs from the recipe, by key.") @Default("{}")
          Map<String, JsonNode> settings) {}

  public StudyFile {
    Rules.require(
        StudyFile.class, name, question, seeds, budget, finalImagesPerPrompt, settings, variants);
    seeds = List.copyOf(seeds);
    variants = List.copyOf(variants);
  }

  @Rule({"variants", "seeds"})
  static String some(List<Variant> variants, List<Long> seeds) {
    return variants.isEmpty() || seeds.isEmpty()
        ? "variants: at least one is needed, and one of seeds"
        : "";
  }

  /** Whether a file is a study and no recipe. */
  public static boolean isOne(String file) {
    return file.endsWith(".yaml")
        && Files.isRegularFile(Path.of(file))
        && ConfigFile.read(Path.of(file)).has("variants");
  }

  /**
   * Reads a study.
   *
   * @throws UserError listing everything that is wrong with it
   */
  public static StudyFile read(Path file) {
    return Binder.bind(ConfigFile.read(file), StudyFile.class, file.toString());
  }

  /** The study of whole recipes under their own names. */
  public static StudyFile ofRecipes(List<String> recipes, List<Long> seeds) {
    return new StudyFile(
        "study",
        "",
        seeds,
        Optional.empty(),
        0,
        Map.of(),
        recipes.stream()
            .map(r -> new Variant(Recipes.load(r, List.of()).name(), r, Map.of()))
            .toList());
  }

  /** The same with other seeds. */
  public StudyFile with(List<Long> others) {
    return new StudyFile(name, question, others, budget, finalImagesPerPrompt, settings, variants);
  }

  /**
   * The run of a variant with a seed.
   *
   * @param changes the settings on top, as {@code key=value}
   * @throws UserError naming the variant whose settings do not fit
   */
  public TrainConfig config(Variant variant, long seed, List<String> changes) {
    List<String> all = new ArrayList<>();
    settings.forEach((key, value) -> all.add(key + "=" + value));
    variant.settings().forEach((key, value) -> all.add(key + "=" + value));
    budget.ifPresent(b -> all.add("budget=" + ConfigWriter.toTree(this).get("budget")));
    all.add("name=" + ConfigWriter.toTree(variant).get("name"));
    all.addAll(changes);
    all.add("seed=" + seed);
    try {
      return Recipes.load(variant.recipe(), all);
    } catch (UserError e) {
      throw new UserError(
          "study %s, variant %s: %s".formatted(name, variant.name(), e.getMessage()), e);
    }
  }

  /** The same with the images of the last evaluation; nothing where the study asks for none. */
  public Optional<TrainConfig> last(Variant variant, long seed, List<String> changes) {
    if (finalImagesPerPrompt == 0) {
      return Optional.empty();
    }
    List<String> all = new ArrayList<>(changes);
    all.add("evaluation.images_per_prompt=" + finalImagesPerPrompt);
    return Optional.of(config(variant, seed, all));
  }
}
