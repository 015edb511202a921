package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.cli.text.Table;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.config.Describe;
import dev.meander.config.UserError;
import dev.meander.pretrain.PreferenceConfig;
import dev.meander.pretrain.PretrainConfig;
import dev.meander.pretrain.PretrainRecipes;
import dev.meander.recipe.Recipes;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import dev.meander.train.TrainConfig;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander recipes}. */
@Command(
    name = "recipes",
    header = "List and show recipes, their settings, and rewards.",
    subcommands = {
      RecipesCommand.ListRecipes.class,
      RecipesCommand.Show.class,
      RecipesCommand.Settings.class,
      RecipesCommand.ListRewards.class
    },
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  meander recipes                                  the bundled recipes",
      "  meander recipes show quickstart > mine.yaml      a copy to change: meander train mine.yaml",
      "  meander recipes show toybox-tp-grpo --full       what it takes from the recipe that it extends, too",
      "  meander recipes settings train                   every setting with its meaning and default"
    })
final class RecipesCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    return list(json.on);
  }

  private int list(boolean asJson) {
    Table table = new Table("name", "for", "what it does");
    ArrayNode document = JsonNodeFactory.instance.arrayNode();
    for (String name : Recipes.BUNDLED) {
      add(table, document, name, "train", Recipes.text(name));
    }
    for (String name : PretrainRecipes.BUNDLED) {
      add(table, document, name, "pretrain", PretrainRecipes.text(name));
    }
    print(asJson, table, document);
    return 0;
  }

  private static void add(
      Table table, ArrayNode document, String name, String command, String text) {
    String stated = ConfigFile.parse(text, name).path("description").asText();
    String summary = stated.isEmpty() ? leadingComment(text) : stated;
    table.row(name, command, summary);
    document.addObject().put("name", name).put("command", command).put("description", summary);
  }

  /** The comment at the head of a recipe, up to its first full stop. */
  private static String leadingComment(String text) {
    StringBuilder comment = new StringBuilder();
    text.lines()
        .takeWhile(line -> line.startsWith("#"))
        .forEach(line -> comment.append(line.substring(1).strip()).append(' '));
    int stop = comment.indexOf(". ");
    return comment.substring(0, stop < 0 ? comment.length() : stop + 1).strip();
  }

  private void print(boolean asJson, Table table, ArrayNode document) {
    if (asJson) {
      meander.console().json(document);
    } else {
      table.lines().forEach(meander.console()::line);
    }
  }

  /** {@code meander recipes list}. */
  @Command(name = "list", header = "List the bundled recipes.")
  static final class ListRecipes implements Callable<Integer> {
    @ParentCommand private RecipesCommand parent;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
      return parent.list(json.on || parent.json.on);
    }
  }

  /** {@code meander recipes show}. */
  @Command(name = "show", header = "Print a recipe as it was written, or with every setting.")
  static final class Show implements Callable<Integer> {
    @ParentCommand private RecipesCommand parent;
    @Mixin private JsonOption json;

    @Parameters(paramLabel = "RECIPE", description = "A bundled recipe's name, or a file.")
    private String recipe;

    @Option(
        names = "--full",
        description = "With every setting written out, also those from the recipe that it extends.")
    private boolean full;

    @Override
    public Integer call() {
      Console console = parent.meander.console();
      boolean pretrain = PretrainRecipes.BUNDLED.contains(recipe);
      String text;
      if (full) {
        text =
            ConfigWriter.toYaml(
                pretrain
                    ? (Record) PretrainRecipes.load(recipe, List.of())
                    : Recipes.load(recipe, List.of()));
      } else {
        text = pretrain ? PretrainRecipes.text(recipe) : Recipes.text(recipe);
      }
      if (json.on) {
        console.json(ConfigFile.parse(text, recipe));
      } else {
        console.out().print(text);
        console.out().flush();
      }
      return 0;
    }
  }

  /** {@code meander recipes settings}. */
  @Command(
      name = "settings",
      header = "Print every setting of a kind of recipe: meaning, type, default.")
  static final class Settings implements Callable<Integer> {
    @ParentCommand private RecipesCommand parent;

    @Parameters(
        paramLabel = "KIND",
        description = "train, pretrain, preference, or the name of a reward.")
    private String kind;

    @Override
    public Integer call() {
      Class<? extends Record> type =
          switch (kind) {
            case "train" -> TrainConfig.class;
            case "pretrain" -> PretrainConfig.class;
            case "preference" -> PreferenceConfig.class;
            default -> ofReward(kind);
          };
      parent.meander.console().line(Describe.toMarkdown(type).stripTrailing());
      return 0;
    }

    private static Class<? extends Record> ofReward(String kind) {
      return Rewards.all().stream()
          .filter(r -> r.name().equals(kind))
          .findFirst()
          .flatMap(RewardProvider::settings)
          .orElseThrow(
              () ->
                  new UserError(
                      "there are settings of train, pretrain, preference and of rewards (meander"
                          + " recipes rewards lists them), not of "
                          + kind));
    }
  }

  /** {@code meander recipes rewards}. */
  @Command(name = "rewards", header = "List the rewards that recipes can name.")
  static final class ListRewards implements Callable<Integer> {
    @ParentCommand private RecipesCommand parent;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
      Table table = new Table("name", "what it scores");
      ArrayNode document = JsonNodeFactory.instance.arrayNode();
      for (RewardProvider reward : Rewards.all()) {
        table.row(reward.name(), reward.description());
        document.addObject().put("name", reward.name()).put("description", reward.description());
      }
      parent.print(json.on, table, document);
      return 0;
    }
  }
}
