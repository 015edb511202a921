package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.cli.text.Table;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.pretrain.PretrainRecipes;
import dev.meander.recipe.RecipeSchema;
import dev.meander.recipe.Recipes;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
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
      SettingsCommand.class,
      RecipesCommand.Schema.class,
      RecipesCommand.ListRewards.class
    },
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  meander recipes                                  the bundled recipes",
      "  meander recipes show quickstart > mine.yaml      a copy to change: meander train mine.yaml",
      "  meander recipes show toybox-tp-grpo --full       what it takes from the recipe that it extends, too",
      "  meander recipes settings train method.window     what can be set there, with meanings and defaults",
      "  meander recipes schema > recipe.schema.json      for completion and checks in an editor"
    })
final class RecipesCommand implements Callable<Integer> {
  @ParentCommand Meander meander;
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
      meander.json(document);
    } else {
      meander.print(table);
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

    @Parameters(
        paramLabel = "RECIPE",
        completionCandidates = CompletionCommand.RecipeNames.class,
        description = "A bundled recipe's name, or a file.")
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

  /** {@code meander recipes schema}. */
  @Command(
      name = "schema",
      header = "Print the JSON Schema of training recipes, for editors.",
      description = {
        "",
        "With the rewards and variants on the class path. In Visual Studio Code (with its YAML extension) and IntelliJ"
            + " a recipe that begins with",
        "  # yaml-language-server: $schema=recipe.schema.json",
        "is then completed and checked as it is written."
      })
  static final class Schema implements Callable<Integer> {
    @ParentCommand private RecipesCommand parent;

    @Override
    public Integer call() {
      parent.meander.json(RecipeSchema.train());
      return 0;
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
