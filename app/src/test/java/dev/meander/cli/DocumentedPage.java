package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.config.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation with its commands. The line {@code *Needs: WHAT.*} before a block of
 * code says why it is not run here; without it everything in the block is a command of Meander and
 * runs. Comments say how: {@code <!-- run with: ARGUMENTS -->} adds arguments that make it short,
 * {@code <!-- status: N -->} ends with another exit status than 0, and the block behind {@code <!--
 * file: NAME -->} is a file that later commands find. A command with placeholders is a form and is
 * not run either.
 *
 * @param path of the page
 * @param text all of it
 * @param files what commands of the page find, by name
 * @param commands in blocks of code, in order
 * @param mentioned in the text
 */
record DocumentedPage(
    Path path,
    String text,
    Map<String, String> files,
    List<Command> commands,
    List<Command> mentioned) {
  static final Path ROOT =
      Path.of(System.getProperty(Home.PROPERTY, "..")).toAbsolutePath().normalize();

  private static final Pattern MARK =
      Pattern.compile("<!-- (run with|status|file): (.+) -->|\\*(Needs): (.+)\\.\\*");
  private static final Pattern OTHER_PROGRAM =
      Pattern.compile(
          "mvn|pip|(.*/)?python3?|java|hf|wandb|swanlab|tensorboard|podman|tar|gpg|tools/.*|\\./tools/.*");
  private static final Pattern FENCE = Pattern.compile("\\s*```.*");
  private static final Pattern MENTION = Pattern.compile("`((?:\\./)?meander [a-z][^`]*)`");
  private static final Pattern LAUNCHER = Pattern.compile("[A-Z_]+=.*|torchrun|mpiexec|srun|nohup");
  private static final Map<String, String> PLACEHOLDERS =
      Map.ofEntries(
          Map.entry("RECIPE", "quickstart"),
          Map.entry("RUN", "runs/quickstart"),
          Map.entry("RUN_A", "runs/a"),
          Map.entry("RUN_B", "runs/b"),
          Map.entry("RUNS_DIR", "runs"),
          Map.entry("DIR", "runs"),
          Map.entry("FILE", "runs/file"),
          Map.entry("COMMAND", "train"),
          Map.entry("COMMIT", "HEAD"),
          Map.entry("KIND", "train"),
          Map.entry("KEY", "method"),
          Map.entry("KEY=VALUE", "rollouts=1"),
          Map.entry("N", "2"),
          Map.entry("S", "1"),
          Map.entry("NAME[=config.yaml]", "compositional"),
          Map.entry("VARIABLE", "TOKEN"));

  /**
   * A command line.
   *
   * @param line where it begins in the page, from 1
   * @param text as it stands there
   * @param words the arguments
   * @param output the file that its output goes to, or nothing
   * @param background whether it ends in {@code &}
   * @param form whether something must be put in before it runs
   * @param needs what must be there before it runs, or nothing
   * @param more arguments that the test adds
   * @param status how it ends
   */
  record Command(
      int line,
      String text,
      List<String> words,
      String output,
      boolean background,
      boolean form,
      String needs,
      List<String> more,
      int status) {
    boolean isRun() {
      return !form && needs.isEmpty();
    }
  }

  @Override
  public String toString() {
    return ROOT.relativize(path).toString();
  }

  /** Writes the files that commands of the page find into a folder, which is given back. */
  Path writeFiles(Path home) throws IOException {
    for (var file : files.entrySet()) {
      Path path = home.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    return home;
  }

  static List<DocumentedPage> all() {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(
              Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")),
              docs.filter(file -> file.toString().endsWith(".md")).sorted())
          .map(DocumentedPage::read)
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static DocumentedPage read(Path path) {
    try {
      return of(path, Files.readString(path));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static DocumentedPage of(Path path, String text) {
    Map<String, String> files = new LinkedHashMap<>();
    List<Command> commands = new ArrayList<>();
    List<Command> mentioned = new ArrayList<>();
    Map<String, String> marks = new LinkedHashMap<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String where = path + ":" + (i + 1);
      Matcher mark = MARK.matcher(lines.get(i).strip());
      if (mark.matches()) {
        boolean needs = mark.group(1) == null;
        assertThat(marks.put(mark.group(needs ? 3 : 1), mark.group(needs ? 4 : 2)))
            .as(where)
            .isNull();
      } else if (FENCE.matcher(lines.get(i)).matches() || lines.get(i).startsWith("    ")) {
        boolean fence = !lines.get(i).startsWith("    ");
        int first = fence ? i + 1 : i;
        int end = first;
        while (end < lines.size()
            && (fence
                ? !FENCE.matcher(lines.get(end)).matches()
                : lines.get(end).startsWith("    "))) {
          end++;
        }
        List<String> block =
            lines.subList(first, end).stream()
                .map(line -> fence ? line : line.substring(4))
                .toList();
        int before = commands.size();
        if (marks.containsKey("file")) {
          files.put(marks.get("file"), String.join("\n", block) + "\n");
        } else {
          boolean others = commands(where, first + 1, block, marks, commands);
          assertThat(marks.isEmpty() || others || commands.size() > before)
              .as("%s: the mark %s belongs to no command", where, marks)
              .isTrue();
        }
        marks.clear();
        i = fence ? end : end - 1;
      } else {
        assertThat(marks.isEmpty() || lines.get(i).isBlank())
            .as("%s: the mark %s belongs to no block", where, marks)
            .isTrue();
        Matcher mention = MENTION.matcher(lines.get(i));
        while (mention.find()) {
          command(i + 1, mention.group(1), Map.of()).ifPresent(mentioned::add);
        }
      }
    }
    assertThat(marks).as("%s: marks at the end", path).isEmpty();
    return new DocumentedPage(path, text, files, commands, mentioned);
  }

  /** Whether the block has commands of other programs, which need something by their nature. */
  private static boolean commands(
      String where, int first, List<String> block, Map<String, String> marks, List<Command> into) {
    boolean others = false;
    for (int i = 0; i < block.size(); i++) {
      int line = first + i;
      StringBuilder whole = new StringBuilder(block.get(i));
      while (whole.toString().endsWith("\\") && i + 1 < block.size()) {
        whole.setLength(whole.length() - 1);
        whole.append(block.get(++i).strip());
      }
      Optional<Command> command = command(line, whole.toString(), marks);
      command.ifPresent(into::add);
      List<String> words = words(whole.toString());
      if (command.isEmpty() && !words.isEmpty() && OTHER_PROGRAM.matcher(words.get(0)).matches()) {
        assertThat(marks).as("%s: what %s needs", where, whole).containsKey("Needs");
        others = true;
      }
    }
    return others;
  }

  /** A command of Meander, also one that a launcher starts; nothing for any other line. */
  private static Optional<Command> command(int line, String text, Map<String, String> marks) {
    Matcher sourced = Pattern.compile("source <\\((.*)\\)").matcher(text.strip());
    List<String> all = words(sourced.matches() ? sourced.group(1) : text);
    int start = 0;
    while (start < all.size() && !all.get(start).matches("(.*/)?meander")) {
      start++;
    }
    if (start == all.size() || (start > 0 && !LAUNCHER.matcher(all.get(0)).matches())) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>();
    String output = "";
    boolean background = false;
    boolean optional = false;
    boolean form = all.get(start).matches(".*[A-Z]{3}.*/meander");
    for (int i = start + 1; i < all.size(); i++) {
      String word = all.get(i);
      if (word.equals(">")) {
        output = all.get(++i);
      } else if (word.matches("\\||\\|\\||&&|;")) {
        break;
      } else if (word.equals("&")) {
        background = true;
      } else if (PLACEHOLDERS.containsKey(word)) {
        form = true;
        words.add(PLACEHOLDERS.get(word));
      } else if (word.equals("...")) {
        form = true;
      } else {
        boolean opens = word.matches("\\[[^'\"{]*");
        optional |= opens;
        form |= optional;
        boolean closes = optional && word.endsWith("]");
        String bare = word.substring(opens ? 1 : 0, word.length() - (closes ? 1 : 0));
        optional &= !closes;
        words.add(PLACEHOLDERS.getOrDefault(bare, bare));
      }
    }
    boolean launched = start > 0 && all.subList(0, start).stream().anyMatch(w -> !w.contains("="));
    return Optional.of(
        new Command(
            line,
            text.strip(),
            List.copyOf(words),
            output,
            background,
            form,
            marks.getOrDefault("Needs", launched ? "a launcher" : ""),
            words(marks.getOrDefault("run with", "")),
            Integer.parseInt(marks.getOrDefault("status", "0"))));
  }

  /** Splits a line as a POSIX shell does, without expanding anything; a comment ends it. */
  static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean begun = false;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else if (c == '\\' && quote == '"' && i + 1 < line.length()) {
          word.append(line.charAt(++i));
        } else {
          word.append(c);
        }
      } else if (Character.isWhitespace(c)) {
        if (begun) {
          words.add(word.toString());
        }
        word.setLength(0);
        begun = false;
      } else if (c == '#' && !begun) {
        break;
      } else {
        begun = true;
        if (c == '\'' || c == '"') {
          quote = c;
        } else if (c == '\\' && i + 1 < line.length()) {
          word.append(line.charAt(++i));
        } else {
          word.append(c);
        }
      }
    }
    if (begun) {
      words.add(word.toString());
    }
    return words;
  }
}
