package dev.meander.cli.check;

import java.util.List;

/** One thing that a run needs. */
interface Check {
  /** What is looked at. */
  String subject();

  /**
   * Looks at it.
   *
   * @return a line, or several where there are several things of the kind
   * @throws Unavailable when something that this needs was found not to be there
   * @throws RuntimeException what is wrong with it, in its message
   */
  List<Line> run(Rehearsal rehearsal);
}
