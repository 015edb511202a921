package dev.meander.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.Overrides;
import dev.meander.config.Problems;
import dev.meander.config.RelativePaths;
import dev.meander.reward.Rewards;
import dev.meander.train.RunDirectory;
import dev.meander.train.TrainConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Training recipes by name, bundled with the library, or by file. */
public final class Recipes {
  /** The bundled training recipes. */
  public static final List<String> BUNDLED =
      List.of(
          "quickstart",
          "quickstart-long",
          "toybox-flow-grpo",
          "toybox-flow-grpo-fast",
          "toybox-dance-grpo",
          "toybox-mix-grpo",
          "toybox-grpo-guard",
          "toybox-tempflow-v1",
          "toybox-tempflow-v2",
          "toybox-tp-grpo",
          "toybox-tp-grpo-consistent",
          "toybox-incremental",
          "toybox-tempflow-tp",
          "toybox-tp-seed",
          "toybox-preference",
          "toybox-pref-grpo",
          "toybox-ocr",
          "toybox-reward-hacking",
          "sd35m-flow-grpo-geneval",
          "sd35m-flow-grpo-fast-geneval",
          "sd35m-tempflow-v1-geneval",
          "sd35m-tempflow-v2-geneval",
          "sd35m-tp-grpo-geneval",
          "sd35m-tp-grpo-consistent-geneval",
          "sd35m-flow-grpo-ocr",
          "sd35m-tp-grpo-ocr",
          "sd35m-tp-grpo-consistent-ocr",
          "sd35m-flow-grpo-pickscore",
          "sd35m-tempflow-v1-pickscore",
          "sd35m-tempflow-v2-pickscore",
          "sd35m-tp-grpo-pickscore",
          "sd35m-tp-grpo-consistent-pickscore",
          "flux-flow-grpo-pickscore",
          "flux-tempflow-v2-pickscore",
          "flux-tp-grpo-pickscore",
          "flux-tp-grpo-geneval",
          "flux-dance-grpo-hpsv2",
          "flux-mix-grpo-preference");

  private static final RecipeSource SOURCE = new RecipeSource("recipe", "/recipes/", BUNDLED);

  private Recipes() {}

  /**
   * The recipe {@code nameOrFile} with {@code overrides} applied. Relative paths in a file are
   * relative to it ({@link RelativePaths}).
   *
   * @param overrides {@code a.b=value}, values as YAML; their paths are relative to the working
   *     directory
   * @throws dev.meander.config.UserError listing everything that is wrong with it
   */
  public static TrainConfig load(String nameOrFile, List<String> overrides) {
    ObjectNode tree = SOURCE.tree(nameOrFile);
    RelativePaths.resolve(tree, TrainConfig.class, Recipes::folder, Rewards.settings());
    TrainConfig config =
        Binder.bind(Overrides.apply(tree, overrides), TrainConfig.class, nameOrFile);
    Problems problems = new Problems();
    config.rewards().forEach(r -> Rewards.check(r.name(), r.config(), problems));
    config.goldRewards().forEach(r -> Rewards.check(r.name(), r.config(), problems));
    TrainConfig.RewardTerm judge = config.evaluation().reward();
    Rewards.check(judge.name(), judge.config(), problems);
    config.problemsOfGroups(Rewards::comparesGroups).forEach(problems::add);
    problems.throwIfAny(nameOrFile);
    return config;
  }

  /** A run writes its recipe with the paths that it was started with. */
  private static Optional<Path> folder(String source) {
    return SOURCE
        .folder(source)
        .filter(folder -> !new RunDirectory(folder).isRecipe(Path.of(source)));
  }

  /** The text of a recipe as it was written. */
  public static String text(String nameOrFile) {
    return SOURCE.text(nameOrFile);
  }
}
