package dev.meander.cli.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.text.Columns;
import dev.meander.reward.EvaluationScores;
import dev.meander.train.Cost;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the finished trainings of a study say.
 *
 * @param imagesPerPrompt images of each prompt that the gains at the end are over
 * @param pairs for each two variants the probability that a run of the first ends above one of the
 *     second
 */
public record StudyResult(
    String name, String question, int imagesPerPrompt, List<Row> rows, List<Pair> pairs) {

  /**
   * One variant.
   *
   * @param course its evaluations, the one before training first and what all runs end with last
   * @param gold the gains of gold rewards on the images of the last evaluation
   * @param byTask the interquartile mean's interval as rliable draws it
   * @param equal what it was like where the trained reward was equal in all runs; empty without
   *     gold rewards
   */
  record Row(
      String variant,
      List<StudyRun> runs,
      List<Point> course,
      Map<String, Estimate> gold,
      Estimate byTask,
      Optional<Equal> equal) {
    Point last() {
      return course.get(course.size() - 1);
    }

    /** A mean over the runs of their last rollouts. */
    double atEnd(ToDoubleFunction<StudyRun.Seen> number) {
      return mean(run -> number.applyAsDouble(run.rollouts().get(run.rollouts().size() - 1)));
    }

    /** A mean over the runs of their first rollouts. */
    double atStart(ToDoubleFunction<StudyRun.Seen> number) {
      return mean(run -> number.applyAsDouble(run.first()));
    }

    double mean(ToDoubleFunction<StudyRun> number) {
      return runs.stream().mapToDouble(number).average().orElse(Double.NaN);
    }
  }

  /**
   * An evaluation of all runs of a variant: the gains over the untrained model.
   *
   * @param cost the mean of what the runs had spent
   */
  record Point(Cost cost, Estimate mean, Estimate interquartile) {}

  /** How probably a run of {@code a} is above one of {@code b}. */
  record Pair(String a, String b, Estimate probability) {}

  /** Gold rewards, diversity and cost at a trained reward. */
  record Equal(double reward, Map<String, Double> gold, double diversity, double evaluations) {}

  /**
   * Compares runs; by their last evaluations where all of them have one.
   *
   * @param finished the finished runs by variant, at least one each
   * @return nothing where they were not all evaluated on the same prompts
   */
  public static Optional<StudyResult> of(
      String name, String question, Map<String, List<StudyRun>> finished) {
    Map<String, List<StudyRun>> runs = comparable(finished);
    List<StudyRun> all = all(runs);
    if (all.stream().anyMatch(run -> run.points().size() < 2) || !judgedAlike(all)) {
      return Optional.empty();
    }
    List<String> variants = List.copyOf(runs.keySet());
    Map<String, List<Point>> courses = new LinkedHashMap<>();
    variants.forEach(v -> courses.put(v, new ArrayList<>()));
    for (int i = 0; ; i++) {
      int at = i;
      List<String> there =
          variants.stream()
              .filter(v -> runs.get(v).stream().allMatch(run -> run.points().size() > at + 1))
              .toList();
      if (there.isEmpty()) {
        break;
      }
      List<Scores> scores =
          there.stream().map(v -> scores(runs.get(v), r -> r.scores(at))).toList();
      List<Point> points = points(there, scores, v -> spent(runs.get(v), r -> r.points().get(at)));
      IntStream.range(0, there.size()).forEach(v -> courses.get(there.get(v)).add(points.get(v)));
    }
    List<Scores> ends = variants.stream().map(v -> scores(runs.get(v), StudyRun::end)).toList();
    List<Point> last = points(variants, ends, v -> spent(runs.get(v), StudyRun::lastPoint));
    int n = variants.size();
    IntStream.range(0, n).forEach(v -> courses.get(variants.get(v)).add(last.get(v)));
    List<Estimate> byTask = estimates(Draw.RUNS_OF_EACH_TASK, ends, means(n)).subList(n, 2 * n);
    Map<String, List<Estimate>> gold = gold(runs);
    List<Row> rows = new ArrayList<>();
    for (int v = 0; v < n; v++) {
      String variant = variants.get(v);
      Map<String, Estimate> ownGold = new TreeMap<>();
      for (String reward : gold.keySet()) {
        ownGold.put(reward, gold.get(reward).get(v));
      }
      rows.add(
          new Row(
              variant,
              runs.get(variant),
              courses.get(variant),
              ownGold,
              byTask.get(v),
              equal(all, runs.get(variant))));
    }
    int images = all.get(0).end().after().imagesPerPrompt();
    return Optional.of(new StudyResult(name, question, images, rows, pairs(variants, ends)));
  }

  /** The gains of every variant by each gold reward that judged all runs. */
  private static Map<String, List<Estimate>> gold(Map<String, List<StudyRun>> runs) {
    Map<String, List<Estimate>> gains = new TreeMap<>();
    for (String reward : all(runs).get(0).gold().keySet()) {
      if (all(runs).stream().allMatch(run -> run.gold().containsKey(reward))) {
        List<Scores> scores =
            runs.values().stream().map(list -> scores(list, r -> r.gold().get(reward))).toList();
        gains.put(reward, estimates(Draw.TRAININGS, scores, means(runs.size())));
      }
    }
    return gains;
  }

  private static List<StudyRun> all(Map<String, List<StudyRun>> runs) {
    return runs.values().stream().flatMap(List::stream).toList();
  }

  /** One image of some runs and four of others would not be compared by the same noise. */
  private static Map<String, List<StudyRun>> comparable(Map<String, List<StudyRun>> runs) {
    if (all(runs).stream().allMatch(run -> run.last().isPresent())) {
      return runs;
    }
    Map<String, List<StudyRun>> without = new LinkedHashMap<>();
    runs.forEach((v, list) -> without.put(v, list.stream().map(StudyRun::withoutLast).toList()));
    return without;
  }

  private static boolean judgedAlike(List<StudyRun> runs) {
    EvaluationScores first = runs.get(0).points().get(0).scores();
    return runs.stream()
        .flatMap(
            run ->
                Stream.concat(
                    run.points().stream().map(StudyRun.Point::scores),
                    Stream.of(run.end().before(), run.end().after())))
        .allMatch(s -> s.prompts().equals(first.prompts()) && s.tags().equals(first.tags()));
  }

  /** The gains at an evaluation. */
  private static Scores scores(List<StudyRun> runs, Function<StudyRun, LastScores> at) {
    List<LastScores> scores = runs.stream().map(at).toList();
    return Scores.of(
        scores.stream().map(LastScores::before).toList(),
        scores.stream().map(LastScores::after).toList());
  }

  /** The gains of each variant. */
  private static List<Point> points(
      List<String> variants, List<Scores> scores, Function<String, Cost> spent) {
    int n = variants.size();
    List<Estimate> found = estimates(Draw.TRAININGS, scores, means(n));
    return IntStream.range(0, n)
        .mapToObj(v -> new Point(spent.apply(variants.get(v)), found.get(v), found.get(n + v)))
        .toList();
  }

  private static Cost spent(List<StudyRun> runs, Function<StudyRun, StudyRun.Point> at) {
    List<Cost> costs = runs.stream().map(at).map(StudyRun.Point::cost).toList();
    return new Cost(
        costs.stream().mapToDouble(Cost::evaluations).average().orElseThrow(),
        costs.stream().mapToDouble(Cost::images).average().orElseThrow(),
        costs.stream().mapToDouble(Cost::seconds).average().orElseThrow());
  }

  private static List<Estimate> estimates(
      Draw draw, List<Scores> scores, List<Function<List<double[][]>, Double>> statistics) {
    return Estimate.of(draw, Estimate.REPETITIONS, scores, statistics);
  }

  /** The means of all variants, then their interquartile means. */
  private static List<Function<List<double[][]>, Double>> means(int variants) {
    List<Function<List<double[][]>, Double>> all = new ArrayList<>();
    IntStream.range(0, variants).forEach(v -> all.add(t -> Estimate.mean(t.get(v))));
    IntStream.range(0, variants).forEach(v -> all.add(t -> Estimate.interquartileMean(t.get(v))));
    return all;
  }

  private static List<Pair> pairs(List<String> variants, List<Scores> ends) {
    List<int[]> two = new ArrayList<>();
    for (int a = 0; a < variants.size(); a++) {
      for (int b = a + 1; b < variants.size(); b++) {
        two.add(new int[] {b, a}); // later ones against earlier ones: the first is the baseline
      }
    }
    List<Function<List<double[][]>, Double>> statistics = new ArrayList<>();
    two.forEach(p -> statistics.add(t -> Estimate.improvement(t.get(p[0]), t.get(p[1]))));
    List<Estimate> found = estimates(Draw.TRAININGS, ends, statistics);
    return IntStream.range(0, two.size())
        .mapToObj(
            i -> new Pair(variants.get(two.get(i)[0]), variants.get(two.get(i)[1]), found.get(i)))
        .toList();
  }

  /** Compares at the highest trained reward that every run of the study reached. */
  private static Optional<Equal> equal(List<StudyRun> all, List<StudyRun> own) {
    if (all.stream().anyMatch(run -> run.rollouts().get(0).gold().isEmpty())) {
      return Optional.empty();
    }
    double level = all.stream().mapToDouble(StudyRun::highestReward).min().orElseThrow();
    List<StudyRun.Seen> there = own.stream().map(run -> run.at(level)).toList();
    Map<String, Double> gold = new LinkedHashMap<>();
    for (String reward : there.get(0).gold().keySet()) {
      gold.put(
          reward, there.stream().mapToDouble(s -> s.gold().get(reward)).average().orElseThrow());
    }
    return Optional.of(
        new Equal(
            level,
            gold,
            there.stream().mapToDouble(StudyRun.Seen::diversity).average().orElseThrow(),
            there.stream().mapToDouble(s -> s.cost().evaluations()).average().orElseThrow()));
  }

  /**
   * The evaluations after which a row's mean gain first reaches what the first row ends with, along
   * straight lines between its evaluations; NaN where it does not, or the first gained nothing.
   */
  double evaluationsToTheFirst(Row row) {
    double level = rows.get(0).last().mean().value();
    if (level <= 0) {
      return Double.NaN;
    }
    List<Point> course = row.course();
    for (int i = 1; i < course.size(); i++) {
      Point before = course.get(i - 1);
      Point after = course.get(i);
      if (after.mean().value() >= level) { // and nothing before was
        double share =
            (level - before.mean().value()) / (after.mean().value() - before.mean().value());
        double from = before.cost().evaluations();
        return from + share * (after.cost().evaluations() - from);
      }
    }
    return Double.NaN;
  }

  /** The probability that a run of a row ends above one of the first row's. */
  Optional<Estimate> aboveTheFirst(Row row) {
    return pairs.stream()
        .filter(p -> p.a().equals(row.variant()) && p.b().equals(rows.get(0).variant()))
        .map(Pair::probability)
        .findFirst();
  }

  /** What people read. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>(columns().table(rows).lines());
    lines.add("");
    lines.add(
        "Gains over the untrained model on the same noise, images of each prompt at the end: %d; 95%% by a bootstrap of trainings, and of prompts within their task. IQM: interquartile mean over seeds and tasks."
            .formatted(imagesPerPrompt));
    return lines;
  }

  Columns<Row> columns() {
    Columns<Row> columns =
        new Columns<Row>()
            .shown("variant", "%s", Row::variant)
            .shown("runs", "%d", row -> row.runs().size())
            .shown("gain", "%.3f", row -> row.last().mean().value())
            .shown("95%", "%s", row -> row.last().mean().interval())
            .shown("IQM", "%.3f", row -> row.last().interquartile().value())
            .shown("95% ", "%s", row -> row.last().interquartile().interval())
            .shown("P(above the first)", "%s", row -> aboveTheFirst(row).map(this::text).orElse(""))
            .shown("to the first's gain", "%,.0f", this::evaluationsToTheFirst)
            .shown("evaluations", "%,.0f", row -> row.last().cost().evaluations())
            .shown("images", "%,.0f", row -> row.last().cost().images())
            .shown("seconds", "%,.0f", row -> row.last().cost().seconds())
            .shown("diversity", "%s", row -> change(row, StudyRun.Seen::diversity));
    for (String gold : rows.get(0).runs().get(0).rollouts().get(0).gold().keySet()) {
      columns.shown(
          "held-out gold " + gold,
          "%s",
          row ->
              Optional.ofNullable(row.gold().get(gold))
                  .map(e -> String.format(Locale.ROOT, "%.3f %s", e.value(), e.interval()))
                  .orElse("-"));
      columns.shown("gold " + gold, "%s", row -> change(row, s -> gold(s, gold)));
      columns.shown(
          "at equal reward",
          "%s",
          row ->
              row.equal()
                  .map(e -> String.format(Locale.ROOT, "%.3f", e.gold().get(gold)))
                  .orElse("-"));
    }
    return columns;
  }

  private static double gold(StudyRun.Seen seen, String name) {
    return seen.gold().getOrDefault(name, Double.NaN);
  }

  private static String change(Row row, ToDoubleFunction<StudyRun.Seen> number) {
    return String.format(Locale.ROOT, "%.3f to %.3f", row.atStart(number), row.atEnd(number));
  }

  private String text(Estimate probability) {
    return String.format(Locale.ROOT, "%.2f %s", probability.value(), probability.interval())
        + (probability.differsFrom(0.5) ? "" : " open");
  }

  /** What programs read. */
  public ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", name).put("question", question).put("images_per_prompt", imagesPerPrompt);
    ArrayNode variants = node.putArray("variants");
    for (Row row : rows) {
      ObjectNode one = variants.addObject().put("variant", row.variant());
      ArrayNode seeds = one.putArray("seeds");
      row.runs().forEach(run -> seeds.add(run.seed()));
      row.last().mean().into(one.putObject("gain"));
      row.last().interquartile().into(one.putObject("interquartile_mean"));
      ObjectNode gold = one.putObject("gold_gain");
      row.gold().forEach((reward, gain) -> gain.into(gold.putObject(reward)));
      row.byTask().into(one.putObject("interquartile_mean_runs_of_each_task"));
      double reached = evaluationsToTheFirst(row);
      one.put("evaluations_to_the_first", Double.isNaN(reached) ? null : (Double) reached);
      put(one.putObject("before"), row, true);
      put(one.putObject("after"), row, false);
      row.equal()
          .ifPresent(
              e -> {
                ObjectNode equal = one.putObject("at_equal_reward").put("reward", e.reward());
                e.gold().forEach(equal.putObject("gold")::put);
                equal.put("diversity", e.diversity()).put("evaluations", e.evaluations());
              });
      ArrayNode course = one.putArray("course");
      for (Point point : row.course()) {
        ObjectNode at = course.addObject();
        at.put("evaluations", point.cost().evaluations()).put("images", point.cost().images());
        at.put("seconds", point.cost().seconds());
        point.mean().into(at.putObject("gain"));
        point.interquartile().into(at.putObject("interquartile_mean"));
      }
    }
    ArrayNode compared = node.putArray("improvement");
    for (Pair pair : pairs) {
      pair.probability()
          .into(compared.addObject().put("a", pair.a()).put("b", pair.b()))
          .put("open", !pair.probability().differsFrom(0.5));
    }
    return node;
  }

  private static void put(ObjectNode node, Row row, boolean start) {
    Function<ToDoubleFunction<StudyRun.Seen>, Double> at = start ? row::atStart : row::atEnd;
    node.put("reward", at.apply(StudyRun.Seen::reward));
    node.put("diversity", at.apply(StudyRun.Seen::diversity));
    ObjectNode gold = node.putObject("gold");
    for (String name : row.runs().get(0).rollouts().get(0).gold().keySet()) {
      gold.put(name, at.apply(s -> gold(s, name)));
    }
  }
}
