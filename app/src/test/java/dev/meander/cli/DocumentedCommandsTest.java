package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.cli.DocumentedPage.Command;
import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.pretrain.PretrainRecipes;
import dev.meander.recipe.Recipes;
import dev.meander.reward.Rewards;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The commands of the README and of docs are commands of Meander, and their links lead somewhere.
 */
class DocumentedCommandsTest {
  @TempDir private static Path dir;

  static Stream<DocumentedPage> pages() {
    return DocumentedPage.all().stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyCommandIsKnown(DocumentedPage page) throws IOException {
    Path files = page.writeFiles(Files.createTempDirectory(dir, "files"));
    for (Command command : page.commands()) {
      assertKnown(page, command, files, true);
    }
    for (Command mention : page.mentioned()) {
      assertKnown(page, mention, files, false);
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadSomewhere(DocumentedPage page) throws IOException {
    Matcher link =
        Pattern.compile("\\]\\(([^)\\s:#]*)(#[^)\\s]*)?\\)").matcher(withoutCode(page.text()));
    while (link.find()) {
      Path target =
          link.group(1).isEmpty() ? page.path() : page.path().resolveSibling(link.group(1));
      assertThat(target).as("%s: %s", page, link.group()).exists();
      if (link.group(2) != null) {
        assertThat(anchors(Files.readString(target)))
            .as("%s: %s", page, link.group())
            .contains(link.group(2).substring(1));
      }
    }
  }

  @Test
  void everyPageStandsInTheIndex() throws IOException {
    String index = Files.readString(DocumentedPage.ROOT.resolve("docs/index.md"));
    pages()
        .map(page -> page.path().getFileName().toString())
        .filter(name -> !List.of("index.md", "README.md", "CONTRIBUTING.md").contains(name))
        .forEach(name -> assertThat(index).contains("(" + name + ")"));
    assertThat(Files.readString(DocumentedPage.ROOT.resolve("README.md")))
        .contains("docs/index.md");
  }

  @Test
  void wrongCommandsAreFound() {
    for (String wrong :
        List.of(
            "./meander trian quickstart",
            "meander train quickstart --otu runs/x",
            "meander train quickstrat",
            "./meander train quickstart --set rolouts=3",
            "FOO=1 ./meander check quickstart --set method.window.sise=3",
            "meander score --reward no_such_reward --prompt x y.png",
            "torchrun --no-python ./meander train RECIPE --processs 2",
            "meander compare")) {
      DocumentedPage page = page("text\n\n    " + wrong + "\n");
      assertThat(page.commands()).as(wrong).hasSize(1);
      assertThatThrownBy(() -> assertKnown(page, page.commands().get(0), dir, true))
          .as(wrong)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("page.md:3");
    }
    assertThatThrownBy(() -> page("*Needs: a GPU.*\ntext\n")).hasMessageContaining("Needs");
    assertThatThrownBy(() -> page("*Needs: a GPU.*\n\n    ls\n"))
        .hasMessageContaining("no command");
    assertThatThrownBy(() -> page("    mvn -B verify\n"))
        .hasMessageContaining("what mvn -B verify");
  }

  @Test
  void marksAndFormsAreUnderstood() {
    DocumentedPage page =
        page(
            """
            <!-- file: a.txt -->
                a red circle

            Text with `meander plan` in it.

            *Needs: a GPU.*

            ```sh
            A=1 ./meander train quickstart \\
                --set 'rewards=[{name: ocr}]'   # a comment
            ```

                ./meander plan RECIPE [--memory 80G] > plan.txt
                ./meander recipes &
                other program
            """);
    assertThat(page.files()).containsEntry("a.txt", "a red circle\n");
    assertThat(page.mentioned()).extracting(Command::words).containsExactly(List.of("plan"));
    assertThat(page.commands())
        .extracting(c -> String.join(" ", c.words()))
        .containsExactly(
            "train quickstart --set rewards=[{name: ocr}]",
            "plan quickstart --memory 80G",
            "recipes");
    assertThat(page.commands()).extracting(Command::isRun).containsExactly(false, false, true);
    assertThat(page.commands().get(1).output()).isEqualTo("plan.txt");
    assertThat(page.commands().get(2).background()).isTrue();
  }

  private static DocumentedPage page(String text) {
    return DocumentedPage.of(DocumentedPage.ROOT.resolve("docs/page.md"), text);
  }

  /**
   * Names, options and settings are those of Meander.
   *
   * @param whole whether the command must be complete, too
   */
  private static void assertKnown(DocumentedPage page, Command command, Path files, boolean whole) {
    String where = "%s:%d: %s".formatted(page, command.line(), command.text());
    List<String> words = new ArrayList<>(command.words());
    words.addAll(command.more());
    try {
      PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
      ParseResult parsed =
          Meander.commandLine(new Console(nowhere, nowhere))
              .parseArgs(words.toArray(String[]::new));
      while (parsed.hasSubcommand()) {
        parsed = parsed.subcommand();
      }
      checkSettings(parsed, files, whole);
    } catch (MissingParameterException e) {
      if (whole) {
        throw new AssertionError(where + ": " + e.getMessage(), e);
      }
    } catch (CommandLine.ParameterException | UserError e) {
      throw new AssertionError(where + ": " + e.getMessage(), e);
    }
  }

  private static void checkSettings(ParseResult parsed, Path files, boolean whole) {
    String name = parsed.commandSpec().name();
    List<String> settings = parsed.matchedOptionValue("--set", List.of());
    List<String> recipes =
        parsed.matchedPositionals().stream()
            .filter(p -> p.paramLabel().equals("RECIPE"))
            .flatMap(p -> p.stringValues().stream())
            .collect(Collectors.toCollection(ArrayList::new));
    if (recipes.isEmpty() && !settings.isEmpty()) {
      recipes.add("quickstart"); // of a resumed run, or what bench takes
    }
    for (String recipe : recipes) {
      if (name.equals("pretrain") || PretrainRecipes.BUNDLED.contains(recipe)) {
        PretrainRecipes.load(recipe, settings);
      } else if (name.equals("study") && recipe.endsWith(".yaml")) {
        assertThat(DocumentedPage.ROOT.resolve(recipe)).exists(); // a study, not a recipe
      } else if (whole || Recipes.BUNDLED.contains(recipe)) {
        Path file = files.resolve(recipe);
        Recipes.load(Files.exists(file) ? file.toString() : recipe, settings);
      }
    }
    if (parsed.commandSpec().findOption("--reward") != null) {
      Object rewards = parsed.<Object>matchedOptionValue("--reward", List.of());
      for (Object reward : rewards instanceof List<?> list ? list : List.of(rewards)) {
        checkReward(reward.toString());
      }
    }
  }

  private static void checkReward(String text) {
    if (text.contains("=") && !text.contains("{")) {
      Rewards.provider(text.substring(0, text.indexOf('='))); // its settings are a file
      return;
    }
    RewardOption option = RewardOption.parse(text);
    Problems problems = new Problems();
    Rewards.check(option.name(), option.config(), problems);
    problems.throwIfAny(text);
  }

  private static String withoutCode(String text) {
    return text.replaceAll("(?s)```.*?```", "").replaceAll("`[^`\n]*`", "");
  }

  /** As GitHub makes them of headings. */
  private static List<String> anchors(String text) {
    return text.lines()
        .filter(line -> line.matches("#+ .*"))
        .map(line -> line.replaceFirst("#+ ", "").strip().toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }
}
