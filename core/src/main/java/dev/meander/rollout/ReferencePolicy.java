package dev.meander.rollout;

import java.util.function.Supplier;

/** How the network is made to act as it was before training. */
@FunctionalInterface
public interface ReferencePolicy {
  /**
   * Runs {@code work} under the reference policy: with the adapters off, or with the original
   * weights.
   */
  <T> T under(Supplier<T> work);
}
