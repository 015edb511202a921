package dev.meander.optim;

import dev.meander.config.UserError;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings of {@link AdamW}.
 *
 * <p>Mind {@code epsilon}: log-densities are means over all latent dimensions, so their gradients
 * are tiny (a global norm of 1e-4 over a million weights is 1e-7 for each), and then the usual 1e-8
 * is not negligible beside the root of the second moment: updates come out smaller than the
 * learning rate says. Clipping the gradient only makes it smaller. {@link AdamW#epsilonShare}
 * measures it; 1e-12 makes the update independent of the gradient's scale.
 *
 * @param beta1 decay of the first moment; 0.9
 * @param beta2 decay of the second moment; 0.999
 * @param epsilon added to the root of the second moment; 1e-8 in the reference recipes
 * @param weightDecay decoupled, times the learning rate; 1e-4
 */
public record AdamWConfig(double beta1, double beta2, double epsilon, double weightDecay) {
  public AdamWConfig {
    List<String> wrong = new ArrayList<>();
    requireDecay("beta1", beta1, wrong);
    requireDecay("beta2", beta2, wrong);
    if (!(epsilon >= 0)) {
      wrong.add("epsilon must be at least 0, not " + epsilon);
    }
    if (!(weightDecay >= 0)) {
      wrong.add("weightDecay must be at least 0, not " + weightDecay);
    }
    if (!wrong.isEmpty()) {
      throw new UserError(String.join("\n", wrong));
    }
  }

  /** flow_grpo's: 0.9, 0.999, 1e-8, 1e-4. */
  public static AdamWConfig flowGrpo() {
    return new AdamWConfig(0.9, 0.999, 1e-8, 1e-4);
  }

  private static void requireDecay(String name, double value, List<String> wrong) {
    if (!(value >= 0 && value < 1)) {
      wrong.add(name + " must lie in [0, 1), not be " + value);
    }
  }
}
