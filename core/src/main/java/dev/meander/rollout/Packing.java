package dev.meander.rollout;

/** Which paths share a pass of the network; results are the same up to rounding. */
public enum Packing {
  /** All that are alive, whatever their step, as many as the batch size allows. */
  WAVEFRONT,
  /**
   * Those alone that left their trunks at the same step and have come equally far: about T²/2 small
   * passes, as a loop over steps and branches makes them. For comparison.
   */
  STEP_BY_STEP
}
