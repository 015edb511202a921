package dev.meander.optim;

import java.util.List;

/** Gradients became infinite or not a number; the message names the parameters. */
public class GradientIsNotFinite extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int NAMED = 5;

  GradientIsNotFinite(List<String> parameters) {
    super(
        "the gradient is not finite for %d parameters: %s%s"
            .formatted(
                parameters.size(),
                String.join(", ", parameters.subList(0, Math.min(NAMED, parameters.size()))),
                parameters.size() > NAMED ? ", ..." : ""));
  }
}
