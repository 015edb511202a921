package dev.meander.schedule;

/** How the noise levels of a sampling run are spaced, for any number of steps. */
public sealed interface ScheduleSpec
    permits StaticShift, DynamicShift, TableDynamicShift, FluxShift, UniformShift {
  /**
   * The schedule of {@code steps} steps.
   *
   * @throws dev.meander.config.UserError when {@code steps} is below 1
   */
  SigmaSchedule schedule(int steps);
}
