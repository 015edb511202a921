package dev.meander.sampler;

import dev.meander.schedule.NoiseLevel;

/** Dynamics whose steps have a density, so that they can be trained. */
public sealed interface StochasticDynamics extends Dynamics permits FlowSde, Cps, DanceSde {
  /** The same noise as a function of the schedule alone, for step weights and reports. */
  NoiseLevel noise();
}
