package dev.meander.train;

import dev.meander.advantage.SeedGroups;
import dev.meander.layout.RolloutLayout;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.schedule.StepRange;
import java.util.List;
import java.util.Optional;

/**
 * What a run will cost, counted from its recipe alone, rollout by rollout. Pairs without advantage
 * are not trained on and how many there will be nobody knows, so a run costs a little less, or has
 * a few rollouts more for its budget.
 *
 * @param rollouts how many; under a budget in seconds whose pace is not known, what the recipe's
 *     {@code rollouts} says
 * @param sampled the latents through the network in sampling
 * @param pairs the pairs of sample and step that are trained on
 * @param images the images sampled in training
 * @param evaluations the evaluations on held-out prompts, the one before training included
 * @param seconds all together, held-out evaluations included; NaN at an unknown pace
 */
public record RunCost(
    long rollouts, double sampled, double pairs, double images, long evaluations, double seconds) {
  private static final long MOST = 1_000_000;

  /**
   * How fast a machine is.
   *
   * @param evaluations the latents through the network in a second
   * @param pairs the pairs of sample and step that go forward and backward in a second
   * @param images the images decoded in a second
   */
  public record Pace(double evaluations, double pairs, double images) {
    /** A pace for counts alone. */
    public static final Pace UNKNOWN = new Pace(Double.NaN, Double.NaN, Double.NaN);

    double seconds(double sampled, double trained, double decoded) {
      return sampled / evaluations + trained / pairs + decoded / images;
    }
  }

  /** The evaluations of sampling and training, as a budget counts them. */
  public Cost cost() {
    return new Cost(sampled + Cost.PAIR * pairs, images, seconds);
  }

  /**
   * The cost of a whole run.
   *
   * @param heldOut the prompts of an evaluation
   */
  public static RunCost of(TrainConfig config, int heldOut, Pace pace) {
    Optional<Budget> counted =
        config
            .budget()
            .filter(b -> !(b instanceof Budget.Seconds) || !Double.isNaN(pace.evaluations()));
    double sampled = 0;
    double pairs = 0;
    double images = 0;
    int groups = config.data().promptsPerRollout();
    Cost cost = Cost.NONE;
    long rollout = 0;
    while (rollout < MOST && !isOver(config, counted, rollout, cost)) {
      RolloutLayout group = group(config, rollout++);
      sampled += (double) groups * group.evaluations(config.sampling().steps());
      if (config.method().kl().needsReference()) {
        sampled += (double) groups * group.trunks().size() * group.columns();
      }
      pairs += groups * trained(config, group);
      images += (double) groups * group.images();
      cost = new Cost(sampled + Cost.PAIR * pairs, images, pace.seconds(sampled, pairs, images));
    }
    long evaluations = 1 + held(config, rollout);
    double judging = evaluations * evaluation(config, heldOut, pace);
    return new RunCost(rollout, sampled, pairs, images, evaluations, cost.seconds() + judging);
  }

  /**
   * The seconds of one held-out evaluation.
   *
   * @param heldOut its prompts
   */
  public static double evaluation(TrainConfig config, int heldOut, Pace pace) {
    double images = (double) heldOut * config.evaluation().imagesPerPrompt();
    return pace.seconds(images * config.evaluation().steps(), 0, images);
  }

  private static boolean isOver(
      TrainConfig config, Optional<Budget> budget, long rollouts, Cost cost) {
    return budget
        .map(b -> b.sharesSpent(rollouts, cost) == b.shares())
        .orElse(rollouts >= config.rollouts());
  }

  /** Evaluations after the one before training. */
  private static long held(TrainConfig config, long rollouts) {
    int every = config.evaluation().every();
    return config
        .budget()
        .map(budget -> Math.min(budget.shares(), rollouts))
        .orElse(1 + (every == 0 ? 0 : (rollouts - 1) / every));
  }

  private static RolloutLayout group(TrainConfig config, long rollout) {
    TrainConfig.Method method = config.method();
    StepRange window = method.window().window(config.sampling().steps(), config.seed(), rollout);
    PromptGroup group = new PromptGroup(0, Prompt.of("", ""), config.data().groupSize());
    return method.plan().layout(List.of(group), window, method.credit().needsCompletions());
  }

  private static double trained(TrainConfig config, RolloutLayout group) {
    TrainConfig.Method method = config.method();
    int size = config.data().groupSize();
    int compared = method.grouping() instanceof SeedGroups ? method.plan().initialNoises(size) : 1;
    int extremes = 2 * method.selection().bestAndWorst() * compared;
    double rows = extremes == 0 ? group.rows() : Math.min(extremes, group.rows());
    double steps = Math.max(1, Math.round(method.selection().stepFraction() * group.columns()));
    return config.update().epochs() * rows * steps;
  }
}
