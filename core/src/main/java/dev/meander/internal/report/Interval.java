package dev.meander.internal.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.advantage.Statistics;
import dev.meander.reward.EvaluationScores;
import dev.meander.reward.GenEvalMetadata;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A mean with its 95% interval, by Student's t.
 *
 * @param mean the estimate
 * @param half half the interval's width
 * @param over what the interval is over, such as {@code seeds}
 * @param n how many of these
 */
public record Interval(double mean, double half, String over, int n) {
  /** 97.5% quantiles of Student's t for 1 to 30 degrees of freedom. */
  private static final double[] T = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042
  };

  /** The quantile above 30 degrees of freedom: the expansion's first terms around the normal's. */
  private static double t(double degrees) {
    int whole = (int) Math.floor(degrees);
    double z = 1.959964;
    return whole <= T.length ? T[Math.max(1, whole) - 1] : z + (z * z * z + z) / (4 * degrees);
  }

  /** The interval of independent numbers, such as the gains of several seeds. */
  public static Optional<Interval> of(double[] values, String over) {
    if (values.length < 2) {
      return Optional.empty();
    }
    double error = Statistics.sampleStd(values) / Math.sqrt(values.length);
    return Optional.of(
        new Interval(Statistics.mean(values), t(values.length - 1) * error, over, values.length));
  }

  /** The difference of two means, {@code a - b}, whose numbers have nothing in common (Welch). */
  public static Optional<Interval> between(double[] a, double[] b, String over) {
    if (a.length < 2 || b.length < 2) {
      return Optional.empty();
    }
    double va = Math.pow(Statistics.sampleStd(a), 2) / a.length;
    double vb = Math.pow(Statistics.sampleStd(b), 2) / b.length;
    double degrees =
        va + vb == 0
            ? a.length + b.length - 2
            : (va + vb) * (va + vb) / (va * va / (a.length - 1) + vb * vb / (b.length - 1));
    return Optional.of(
        new Interval(
            Statistics.mean(a) - Statistics.mean(b),
            t(degrees) * Math.sqrt(va + vb),
            over,
            a.length + b.length));
  }

  /** Whether two evaluations looked at the same prompts, so that their noise is the same, too. */
  static boolean comparable(EvaluationScores a, EvaluationScores b) {
    return a.prompts().equals(b.prompts())
        && a.tags().equals(b.tags())
        && a.imagesPerPrompt() == b.imagesPerPrompt();
  }

  /**
   * How much two evaluations of the same prompts with the same noise differ, {@code a - b}: paired
   * by prompt, within GenEval's tasks where the score is the mean over these.
   *
   * @return nothing where the prompts are not the same, or a task has one prompt only
   */
  public static Optional<Interval> paired(EvaluationScores a, EvaluationScores b) {
    if (!comparable(a, b)) {
      return Optional.empty();
    }
    double[] left = a.byPrompt();
    double[] right = b.byPrompt();
    boolean tasks = a.tags().stream().anyMatch(GenEvalMetadata.TAGS::contains);
    Map<String, List<Double>> strata = new LinkedHashMap<>();
    for (int i = 0; i < left.length; i++) {
      String tag = tasks ? a.tags().get(i) : "";
      if (!tasks || GenEvalMetadata.TAGS.contains(tag)) {
        strata.computeIfAbsent(tag, t -> new ArrayList<>()).add(left[i] - right[i]);
      }
    }
    double mean = 0;
    double variance = 0;
    double spread = 0; // of the variance itself, by which Satterthwaite counts degrees of freedom
    int n = 0;
    for (List<Double> some : strata.values()) {
      double[] differences = some.stream().mapToDouble(Double::doubleValue).toArray();
      if (differences.length < 2) {
        return Optional.empty();
      }
      mean += Statistics.mean(differences) / strata.size();
      double error = Statistics.sampleStd(differences) / strata.size();
      double part = error * error / differences.length;
      variance += part;
      spread += part * part / (differences.length - 1);
      n += differences.length;
    }
    double degrees = spread == 0 ? n - strata.size() : variance * variance / spread;
    return Optional.of(new Interval(mean, t(degrees) * Math.sqrt(variance), "prompts", n));
  }

  /** As {@link #paired(EvaluationScores, EvaluationScores)}, of the prompts of one task. */
  static Optional<Interval> paired(EvaluationScores a, EvaluationScores b, String task) {
    if (!comparable(a, b)) {
      return Optional.empty();
    }
    double[] left = a.byPrompt();
    double[] right = b.byPrompt();
    double[] differences =
        IntStream.range(0, left.length)
            .filter(i -> a.tags().get(i).equals(task))
            .mapToDouble(i -> left[i] - right[i])
            .toArray();
    return of(differences, "prompts");
  }

  public double low() {
    return mean - half;
  }

  public double high() {
    return mean + half;
  }

  /** Whether 0 lies outside of it. */
  public boolean differs() {
    return low() > 0 || high() < 0;
  }

  /** {@code [-0.010, 0.034]}. */
  public String text() {
    return String.format(Locale.ROOT, "[%.3f, %.3f]", low(), high());
  }

  /** The interval in words, as commands and pages show it. */
  public ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("low", low())
        .put("high", high())
        .put("over", over)
        .put("n", n);
  }
}
