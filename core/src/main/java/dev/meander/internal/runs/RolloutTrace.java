package dev.meander.internal.runs;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What one rollout's images were worth and what came of it: a file of a run's folder {@code
 * traces}.
 *
 * @param rollout the rollout's number, counted from 1
 * @param kind what each row's rewards are
 * @param totalSteps the steps of the schedule, T
 * @param steps [n], the stochastic ones
 * @param weights [n], how much each counts in the loss
 * @param rows one for each sample, group after group
 */
public record RolloutTrace(
    long rollout, Kind kind, int totalSteps, int[] steps, double[] weights, List<Row> rows) {
  public RolloutTrace {
    rows = List.copyOf(rows);
  }

  /** Whether every list is there, and as long as the others say, with steps that there are. */
  boolean isWhole() {
    return kind != null
        && steps != null
        && weights != null
        && weights.length == steps.length
        && IntStream.of(steps).allMatch(step -> step >= 0 && step < totalSteps)
        && rows.stream().allMatch(row -> row.isWhole(kind, steps.length));
  }

  /** What the rewards of a row stand for. */
  public enum Kind {
    /** The final image alone: one reward. */
    FINAL,
    /** {@code R[0..n]}: the completions from before the first and after every stochastic step. */
    STEPS,
    /** One branch at each of the n steps, finished by the ODE. */
    BRANCHES
  }

  /**
   * One sample.
   *
   * @param prompt its text
   * @param group a number that every group of the run has for itself
   * @param noise which of its group's initial noises it starts from
   * @param trunk whether the row is the trunk that the branches of its noise leave; with chains
   *     every row is a trunk of its own
   * @param advantages [n]
   * @param trained [n], whether the update looked at the step
   * @param terms one for each reward
   * @param pictures where the images of the rewards lie on the rollout's sheet, in their order;
   *     empty when this sample is not on it
   */
  public record Row(
      String prompt,
      long group,
      long noise,
      boolean trunk,
      float[] advantages,
      boolean[] trained,
      List<Term> terms,
      List<Picture> pictures) {
    public Row {
      terms = List.copyOf(terms);
      pictures = List.copyOf(pictures);
    }

    private boolean isWhole(Kind kind, int steps) {
      return prompt != null
          && advantages != null
          && advantages.length == steps
          && trained != null
          && trained.length == steps
          && terms.stream().allMatch(term -> term.isWhole(kind, steps));
    }
  }

  /**
   * What one reward said about a sample.
   *
   * @param name the name of the reward
   * @param rewards the rewards, shaped as {@link Kind} says
   * @param trunk of branches, {@code R[0..n]} of their trunk; empty where it was not scored
   * @param credit [n], what each step earned
   * @param turningPoints [n]
   */
  public record Term(
      String name, float[] rewards, float[] trunk, float[] credit, boolean[] turningPoints) {
    public Term {
      trunk = trunk == null ? new float[0] : trunk; // as earlier versions wrote it
    }

    private boolean isWhole(Kind kind, int steps) {
      int images =
          switch (kind) {
            case FINAL -> 1;
            case STEPS -> steps + 1;
            case BRANCHES -> steps;
          };
      return name != null
          && rewards != null
          && rewards.length == images
          && (trunk.length == 0 || trunk.length == steps + 1)
          && credit != null
          && credit.length == steps
          && turningPoints != null
          && turningPoints.length == steps;
    }
  }

  /** A rectangle of the sheet, in pixels. */
  public record Picture(int x, int y, int width, int height) {}

  /**
   * What step {@code j}, 0 to n-1, changed the reward by; NaN where the rewards around it are not
   * known.
   */
  public double change(Term term, int j) {
    return after(term, j) - before(term, j);
  }

  /** The reward that {@link #change} is measured against; NaN where it is not known. */
  public double before(Term term, int j) {
    return switch (kind) {
      case FINAL -> Double.NaN;
      case STEPS -> term.rewards()[j];
      case BRANCHES -> term.trunk().length == 0 ? Double.NaN : term.trunk()[j];
    };
  }

  /** The reward after step {@code j}, 0 to n-1; NaN where there was no image of it. */
  public double after(Term term, int j) {
    return switch (kind) {
      case FINAL -> j == steps.length - 1 ? term.rewards()[0] : Double.NaN;
      case STEPS -> term.rewards()[j + 1];
      case BRANCHES -> term.rewards()[j];
    };
  }
}
