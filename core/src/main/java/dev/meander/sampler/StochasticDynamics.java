package dev.meander.sampler;

import dev.meander.config.Variants;
import dev.meander.schedule.NoiseLevel;

/** Dynamics whose steps have a density, so that they can be trained. */
@Variants({FlowSde.class, Cps.class, DanceSde.class})
public non-sealed interface StochasticDynamics extends Dynamics {
  /** The same noise as a function of the schedule alone, for step weights and reports. */
  NoiseLevel noise();
}
