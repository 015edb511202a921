package dev.meander.loss;

/** How log-densities and advantages become a loss. */
public sealed interface Objective permits ClippedObjective {
  /** How far the ratio may leave 1 before its gradient is cut. */
  double clipRange();

  /** The policy term of every pair of sample and step. */
  PolicyTerm policy(StepBatch batch);
}
