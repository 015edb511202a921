package dev.meander.loss;

/** How log-densities and advantages become a loss. */
public sealed interface Objective permits ClippedObjective {
  /** The policy term of every pair of sample and step. */
  PolicyTerm policy(StepBatch batch);
}
