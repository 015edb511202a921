package dev.meander.train;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import dev.meander.config.Variant;

/**
 * How much of a cost a run may spend, in the place of a number of rollouts: methods that differ in
 * what a rollout costs are compared at equal budgets.
 *
 * <p>Rollouts are whole, so a run ends with the rollout whose end lies nearest to the budget, by
 * the mean cost of its rollouts so far; evaluations lie nearest to equal shares of it in the same
 * way.
 */
public sealed interface Budget {
  /** The amount that may be spent. */
  double amount();

  /** Equal shares of it, each of which ends with an evaluation. */
  int shares();

  /** What counts of a cost. */
  double spent(Cost cost);

  /**
   * How many of the shares are spent after so many rollouts: those whose end is nearer now than it
   * will be after another rollout.
   */
  default int sharesSpent(long rollouts, Cost cost) {
    double spent = spent(cost);
    double half = rollouts == 0 ? 0 : spent / rollouts / 2;
    return (int) Math.min(shares(), Math.floor((spent + half) / amount() * shares()));
  }

  /** The part of the budget that is spent, 0 to 1. */
  default double progress(Cost cost) {
    return Math.min(1, spent(cost) / amount());
  }

  /** Latents through the network. */
  @Variant("evaluations")
  record Evaluations(
      @Doc(
              "Latents through the network: one for each latent of a pass in sampling, three for each pair of sample and"
                  + " step that is trained on (forward, and a backward pass of twice the work).")
          @Positive
          double amount,
      @Doc("Equal shares of it; the model is evaluated after each.")
          @Default("5")
          @Range(min = 1, max = 1000)
          int shares)
      implements Budget {
    @Override
    public double spent(Cost cost) {
      return cost.evaluations();
    }
  }

  /** Sampled images. */
  @Variant("images")
  record Images(
      @Doc("Images sampled in training, those that only credit looks at included.") @Positive
          double amount,
      @Doc("Equal shares of it; the model is evaluated after each.")
          @Default("5")
          @Range(min = 1, max = 1000)
          int shares)
      implements Budget {
    @Override
    public double spent(Cost cost) {
      return cost.images();
    }
  }

  /** Time, which no two runs spend alike: such a run does not repeat to the bit. */
  @Variant("seconds")
  record Seconds(
      @Doc("Seconds of rollouts and updates, evaluations left out.") @Positive double amount,
      @Doc("Equal shares of it; the model is evaluated after each.")
          @Default("5")
          @Range(min = 1, max = 1000)
          int shares)
      implements Budget {
    @Override
    public double spent(Cost cost) {
      return cost.seconds();
    }
  }
}
