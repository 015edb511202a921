package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.advantage.Statistics;
import dev.meander.cli.text.Table;
import dev.meander.internal.report.ComparePage;
import dev.meander.internal.report.Interval;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Finished runs side by side: a row for each recipe, which are runs that differ in their seed
 * alone, and a table for each way in which they were evaluated, because scores of different
 * evaluations do not compare.
 *
 * @param tables the tables by what was evaluated
 */
record Comparison(List<Rows> tables) {
  /** More settings than these stand below the table, not in it. */
  private static final int COLUMNS = 4;

  /**
   * The runs of one recipe, which differ in their seed.
   *
   * @param runs one of each seed, the first that was named
   * @param again more runs of those seeds: the same experiment, which counts once
   */
  private record Row(
      String recipe,
      Map<String, String> settings,
      List<FinishedRun> runs,
      List<FinishedRun> again) {
    static Row of(Map<String, String> settings, List<FinishedRun> all) {
      Map<Long, FinishedRun> bySeed = new LinkedHashMap<>();
      List<FinishedRun> again =
          all.stream().filter(run -> bySeed.putIfAbsent(run.seed(), run) != null).toList();
      return new Row(all.get(0).recipe(), settings, List.copyOf(bySeed.values()), again);
    }

    /** What is said of a run whose seed was there before. */
    String counted(FinishedRun repeat) {
      FinishedRun first =
          runs.stream().filter(run -> run.seed() == repeat.seed()).findFirst().orElseThrow();
      return "%s has the settings and the seed (%d) of %s: they are one seed, and only %s counts%s."
          .formatted(
              repeat.path(),
              repeat.seed(),
              first.path(),
              first.path(),
              repeat.after() == first.after()
                  ? ""
                  : String.format(
                      Locale.ROOT,
                      ", though they ended at %.3f and %.3f",
                      repeat.after(),
                      first.after()));
    }

    double[] numbers(ToDoubleFunction<FinishedRun> number) {
      return runs.stream().mapToDouble(number).toArray();
    }

    double mean(ToDoubleFunction<FinishedRun> number) {
      return Statistics.mean(numbers(number));
    }

    /** Over seeds where there are several, else over prompts. */
    Optional<Interval> gain() {
      return runs.size() > 1
          ? Interval.of(numbers(FinishedRun::gain), "seeds")
          : runs.get(0).gainInterval();
    }

    /**
     * By how much its last score is above another's: paired by seed where the seeds are the same,
     * by prompt where both have one run.
     */
    Optional<Interval> against(Row other) {
      double[] own = numbers(FinishedRun::after);
      double[] theirs = other.numbers(FinishedRun::after);
      if (runs.size() == 1 && other.runs.size() == 1) {
        return runs.get(0)
            .last()
            .flatMap(l -> other.runs.get(0).last().flatMap(o -> Interval.paired(l, o)));
      }
      Map<Long, Double> bySeed =
          other.runs.stream().collect(Collectors.toMap(FinishedRun::seed, FinishedRun::after));
      boolean same =
          own.length == theirs.length
              && runs.stream().allMatch(run -> bySeed.containsKey(run.seed()));
      return same
          ? Interval.of(numbers(run -> run.after() - bySeed.get(run.seed())), "seeds, paired")
          : Interval.between(own, theirs, "seeds");
    }
  }

  /** What was evaluated in the same way. */
  private record Rows(Map<String, String> judged, List<Row> rows) {
    /** The settings in which the rows differ. */
    List<String> keys() {
      return differing(rows.stream().map(Row::settings).toList());
    }

    /** What a row is called among the others: its recipe, and where others have that name, more. */
    String label(Row row) {
      if (rows.stream().filter(other -> other.recipe().equals(row.recipe())).count() < 2) {
        return row.recipe();
      }
      List<String> keys = keys();
      return row.recipe()
          + " "
          + (keys.size() > COLUMNS
              ? letter(rows.indexOf(row))
              : keys.stream()
                  .map(key -> key + "=" + row.settings().getOrDefault(key, "-"))
                  .collect(Collectors.joining(" ")));
    }
  }

  /**
   * Reads the runs.
   *
   * @throws dev.meander.config.UserError naming a directory that holds no finished run
   */
  static Comparison of(List<Path> paths) {
    Map<Map<String, String>, Map<Map<String, String>, List<FinishedRun>>> all =
        new LinkedHashMap<>();
    List<FinishedRun> runs =
        paths.stream().map(Path::normalize).distinct().map(FinishedRun::read).toList();
    boolean texts = runs.stream().allMatch(run -> run.judged().containsKey(FinishedRun.TEXTS));
    for (FinishedRun run : runs) {
      Map<String, String> judged = new TreeMap<>(run.judged());
      if (!texts) {
        judged.remove(FinishedRun.TEXTS);
      }
      all.computeIfAbsent(judged, j -> new LinkedHashMap<>())
          .computeIfAbsent(run.settings(), s -> new ArrayList<>())
          .add(run);
    }
    List<Rows> tables = new ArrayList<>();
    all.forEach(
        (judged, recipes) ->
            tables.add(
                new Rows(
                    judged,
                    recipes.entrySet().stream()
                        .map(e -> Row.of(e.getKey(), e.getValue()))
                        .toList())));
    return new Comparison(tables);
  }

  /** The keys at which not all have the same; a name is a column of its own. */
  private static List<String> differing(List<Map<String, String>> all) {
    TreeSet<String> keys = new TreeSet<>();
    all.forEach(settings -> keys.addAll(settings.keySet()));
    keys.removeIf(
        key ->
            key.equals("name")
                || all.stream().map(s -> s.getOrDefault(key, "-")).distinct().count() == 1);
    return List.copyOf(keys);
  }

  /**
   * Prints the tables, or one JSON document.
   *
   * @param page where the same is written as a page
   * @param more what else the JSON document has
   */
  void print(Console console, JsonOption json, Optional<Path> page, Map<String, ObjectNode> more) {
    page.ifPresent(file -> ComparePage.write(file, document(), members()));
    if (json.on) {
      ObjectNode document = document();
      page.ifPresent(file -> document.put("page", file.toString()));
      document.setAll(more);
      console.json(document);
    } else {
      lines().forEach(console::line);
      page.ifPresent(file -> console.line("\nPage  " + file));
    }
  }

  private String label(Rows rows, Row row) {
    return tables.size() < 2
        ? rows.label(row)
        : rows.label(row) + ", evaluation " + (tables.indexOf(rows) + 1);
  }

  private List<ComparePage.Member> members() {
    List<ComparePage.Member> members = new ArrayList<>();
    for (Rows rows : tables) {
      for (Row row : rows.rows()) {
        row.runs()
            .forEach(
                run ->
                    members.add(
                        new ComparePage.Member(
                            run.path(), label(rows, row), tables.indexOf(rows))));
      }
    }
    return members;
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    List<String> apart = differing(tables.stream().map(Rows::judged).toList());
    if (tables.size() > 1) {
      lines.add(
          "These runs were not evaluated alike (%s), so their scores do not compare: a table for each evaluation."
              .formatted(String.join(", ", apart)));
    }
    for (Rows rows : tables) {
      if (tables.size() > 1) {
        lines.add("");
        lines.add(
            "Evaluated with "
                + apart.stream()
                    .map(key -> key + ": " + rows.judged().getOrDefault(key, "-"))
                    .collect(Collectors.joining(", ")));
      }
      lines.addAll(lines(rows, apart));
    }
    return lines;
  }

  /**
   * A row for each recipe.
   *
   * @param known the settings that were named already
   */
  private static List<String> lines(Rows rows, List<String> known) {
    List<String> keys = rows.keys().stream().filter(key -> !known.contains(key)).toList();
    List<String> shown = keys.size() <= COLUMNS ? keys : List.of();
    Row first = rows.rows().get(0);
    boolean several = rows.rows().size() > 1;
    Map<String, Function<Row, String>> columns = new LinkedHashMap<>();
    if (keys.size() > COLUMNS) {
      columns.put("", row -> letter(rows.rows().indexOf(row)));
    }
    columns.put("recipe", Row::recipe);
    shown.forEach(key -> columns.put(key, row -> row.settings().getOrDefault(key, "-")));
    columns.put("runs", row -> Integer.toString(row.runs().size()));
    columns.put("before", row -> score(row, FinishedRun::before));
    columns.put("after", row -> score(row, FinishedRun::after));
    columns.put("gain", row -> score(row, FinishedRun::gain));
    columns.put("95%", row -> row.gain().map(Interval::text).orElse("-"));
    if (several) {
      columns.put(
          "after, less the first's",
          row ->
              row == first
                  ? ""
                  : signed(row.mean(FinishedRun::after) - first.mean(FinishedRun::after)));
      columns.put(
          "95% ",
          row -> row == first ? "" : row.against(first).map(Comparison::judgement).orElse("-"));
    }
    columns.put("images", row -> whole(row, FinishedRun::images));
    columns.put("passes", row -> whole(row, FinishedRun::passes));
    columns.put("evaluations", row -> whole(row, FinishedRun::evaluations));
    columns.put("seconds", row -> whole(row, FinishedRun::seconds));
    Table table = new Table(columns.keySet().toArray(String[]::new));
    rows.rows()
        .forEach(
            row ->
                table.row(columns.values().stream().map(c -> c.apply(row)).toArray(String[]::new)));
    List<String> lines = new ArrayList<>(table.lines());
    if (keys.size() > COLUMNS) {
      lines.add("");
      lines.addAll(settings(rows.rows(), keys));
    }
    rows.rows().forEach(row -> row.again().forEach(run -> lines.add(row.counted(run))));
    return lines;
  }

  /** Many settings that differ, a line for each. */
  private static List<String> settings(List<Row> rows, List<String> keys) {
    List<String> head = new ArrayList<>(List.of("setting"));
    for (int i = 0; i < rows.size(); i++) {
      head.add(letter(i));
    }
    Table table = new Table(head.toArray(String[]::new));
    for (String key : keys) {
      List<String> cells = new ArrayList<>(List.of(key));
      rows.forEach(row -> cells.add(row.settings().getOrDefault(key, "-")));
      table.row(cells.toArray(String[]::new));
    }
    return table.lines();
  }

  /** A, B and so on: what stands for a row in the table of settings. */
  private static String letter(int row) {
    return row < 26 ? String.valueOf((char) ('A' + row)) : "#" + (row + 1);
  }

  private static String judgement(Interval interval) {
    return interval.text() + (interval.differs() ? "" : " within noise");
  }

  private static String score(Row row, ToDoubleFunction<FinishedRun> number) {
    String mean = String.format(Locale.ROOT, "%.3f", row.mean(number));
    return row.runs().size() == 1
        ? mean
        : mean + String.format(Locale.ROOT, " ± %.3f", Statistics.sampleStd(row.numbers(number)));
  }

  private static String signed(double value) {
    return String.format(Locale.ROOT, "%+.3f", value);
  }

  private static String whole(Row row, ToDoubleFunction<FinishedRun> number) {
    return String.format(Locale.ROOT, "%,.0f", row.mean(number));
  }

  private ObjectNode document() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode recipes = node.putArray("recipes");
    List<String> apart = differing(tables.stream().map(Rows::judged).toList());
    ArrayNode evaluations = JsonNodeFactory.instance.arrayNode();
    for (Rows rows : tables) {
      ObjectNode evaluation = evaluations.addObject();
      apart.forEach(key -> evaluation.put(key, rows.judged().getOrDefault(key, "-")));
      for (Row row : rows.rows()) {
        recipe(recipes.addObject(), rows, row).put("evaluation", evaluations.size() - 1);
      }
    }
    if (tables.size() > 1) {
      node.set("evaluations_differ", evaluations);
    }
    return node;
  }

  private static ObjectNode recipe(ObjectNode node, Rows rows, Row row) {
    node.put("recipe", row.recipe());
    ObjectNode settings = node.putObject("settings");
    rows.keys().forEach(key -> settings.put(key, row.settings().getOrDefault(key, "-")));
    node.put("score_before", row.mean(FinishedRun::before));
    node.put("score_after", row.mean(FinishedRun::after));
    node.put("gain", row.mean(FinishedRun::gain));
    if (row.runs().size() > 1) {
      node.put("gain_std", Statistics.sampleStd(row.numbers(FinishedRun::gain)));
    }
    row.gain().ifPresent(interval -> node.set("gain_95", interval.json()));
    Row first = rows.rows().get(0);
    if (row != first) {
      row.against(first)
          .ifPresent(interval -> node.set("after_less_the_first_95", interval.json()));
    }
    ArrayNode list = node.putArray("runs");
    for (FinishedRun run : row.runs()) {
      list.addObject()
          .put("path", run.path().toString())
          .put("seed", run.seed())
          .put("score_before", run.before())
          .put("score_after", run.after())
          .put("images", (long) run.images())
          .put("passes", (long) run.passes())
          .put("evaluations", (long) run.evaluations())
          .put("seconds", run.seconds());
    }
    if (!row.again().isEmpty()) {
      ArrayNode again = node.putArray("counted_once");
      row.again().forEach(run -> again.add(row.counted(run)));
    }
    return node;
  }
}
