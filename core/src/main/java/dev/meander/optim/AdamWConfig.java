package dev.meander.optim;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rules;

/**
 * Settings of {@link AdamW}.
 *
 * <p>Mind {@code epsilon}: log-densities are means over all latent dimensions, so their gradients
 * are tiny (a global norm of 1e-4 over a million weights is 1e-7 for each), and then the usual 1e-8
 * is not negligible beside the root of the second moment: updates come out smaller than the
 * learning rate says. Clipping the gradient only makes it smaller; 1e-12 makes the update
 * independent of the gradient's scale.
 */
public record AdamWConfig(
    @Doc("AdamW's decay of the first moment.") @Default("0.9") @Range(min = 0, below = 1)
        double beta1,
    @Doc("AdamW's decay of the second moment.") @Default("0.999") @Range(min = 0, below = 1)
        double beta2,
    @Doc(
            "AdamW's epsilon. Log-densities are means over dimensions, so gradients are tiny: a larger"
                + " epsilon shrinks updates.")
        @Default("1.0e-8")
        @Range(min = 0)
        double epsilon,
    @Doc("Decoupled weight decay.") @Default("1.0e-4") @Range(min = 0) double weightDecay) {
  public AdamWConfig {
    Rules.require(AdamWConfig.class, beta1, beta2, epsilon, weightDecay);
  }
}
