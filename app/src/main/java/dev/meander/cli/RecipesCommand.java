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
import dev.meander.train.PromptSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
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
      RecipesCommand.ListRewards.class,
      RecipesCommand.Prompts.class
    },
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  meander recipes                                  the bundled recipes",
      "  meander recipes --for sd35m                      those for one model",
      "  meander recipes show quickstart > mine.yaml      a copy to change: meander train mine.yaml",
      "  meander recipes show toybox-tp-grpo --full       what it takes from the recipe that it extends, too",
      "  meander recipes settings train method.window     what can be set there, with meanings and defaults",
      "  meander recipes schema > recipe.schema.json      for completion and checks in an editor",
      "  meander recipes prompts toybox:train             a set of prompts, as a file has them"
    })
final class RecipesCommand implements Callable<Integer> {
  /** What recipes are for, in the order of the list. */
  private enum Kind {
    TOYBOX("The small model, on any machine", "train", name -> true),
    SD35M("Stable Diffusion 3.5 Medium", "train", name -> name.startsWith("sd35m-")),
    FLUX("FLUX.1-dev", "train", name -> name.startsWith("flux-")),
    PRETRAIN("Models made from nothing", "pretrain", PretrainRecipes.BUNDLED::contains);

    private final String title;
    private final String command;
    private final Predicate<String> has;

    Kind(String title, String command, Predicate<String> has) {
      this.title = title;
      this.command = command;
      this.has = has;
    }

    /** The last that has it: the first has what no other has. */
    private static Kind of(String name) {
      return Arrays.stream(values())
          .filter(kind -> kind.has.test(name))
          .reduce((other, last) -> last)
          .orElseThrow();
    }
  }

  /** Which recipes are listed. */
  static final class Filter {
    @Option(
        names = "--for",
        paramLabel = "MODEL",
        description = "Only those for toybox, sd35m or flux, or for pretrain.")
    private Kind kind;
  }

  @ParentCommand Meander meander;
  @Mixin private JsonOption json;
  @Mixin private Filter filter;

  @Override
  public Integer call() {
    return list(json.on, filter);
  }

  private int list(boolean asJson, Filter wanted) {
    List<String> names =
        Stream.of(Recipes.BUNDLED, PretrainRecipes.BUNDLED)
            .flatMap(List::stream)
            .filter(name -> wanted.kind == null || Kind.of(name) == wanted.kind)
            .sorted(Comparator.comparing(Kind::of))
            .toList();
    Table table = new Table("name", "for", "what it does");
    ArrayNode document = JsonNodeFactory.instance.arrayNode();
    for (String name : names) {
      Kind kind = Kind.of(name);
      String summary =
          summary(name, kind == Kind.PRETRAIN ? PretrainRecipes.text(name) : Recipes.text(name));
      table.row(name, kind.command, summary);
      document
          .addObject()
          .put("name", name)
          .put("command", kind.command)
          .put("for", kind.name().toLowerCase(Locale.ROOT))
          .put("description", summary);
    }
    if (asJson) {
      meander.console().json(document);
      return 0;
    }
    List<String> lines = table.lines();
    meander.console().line(lines.get(0));
    for (int i = 0; i < names.size(); i++) {
      if (i == 0 || Kind.of(names.get(i)) != Kind.of(names.get(i - 1))) {
        meander.console().line("");
        meander.console().line(Kind.of(names.get(i)).title);
      }
      meander.console().line(lines.get(i + 1));
    }
    return 0;
  }

  private static String summary(String name, String text) {
    String stated = ConfigFile.parse(text, name).path("description").asText();
    return stated.isEmpty() ? leadingComment(text) : stated;
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
    @Mixin private Filter filter;

    @Override
    public Integer call() {
      return parent.list(json.on || parent.json.on, filter.kind == null ? parent.filter : filter);
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
      parent.meander.console().json(RecipeSchema.train());
      return 0;
    }
  }

  /** {@code meander recipes prompts}. */
  @Command(
      name = "prompts",
      header = "Print a set of prompts as the lines of a prompt file.",
      footer = {
        "",
        "Examples:",
        "  meander recipes prompts toybox:train > prompts.jsonl    a copy to change",
        "  meander recipes prompts geneval:test --limit 5"
      })
  static final class Prompts implements Callable<Integer> {
    @ParentCommand private RecipesCommand parent;

    @Parameters(paramLabel = "SET", description = "A named set, or a prompt file.")
    private String set;

    @Option(names = "--limit", paramLabel = "N", description = "Only so many, from the first.")
    private Integer limit;

    @Override
    public Integer call() {
      PromptSource.load(set).prompts().stream()
          .limit(limit == null ? Long.MAX_VALUE : Math.max(0, limit))
          .forEach(prompt -> parent.meander.console().line(prompt.line().toString()));
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
