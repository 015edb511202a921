package dev.meander.cli;

import dev.meander.tensor.Engine;
import java.io.PrintStream;

/** Leaves the terminal tidy when the user ends the program, and says how to go on. */
final class Interrupt {
  /** What shells expect of a program that was interrupted. */
  private static final int STATUS = 130;

  private static volatile String advice = "";
  private static volatile Runnable instead;

  private final PrintStream err;
  private volatile boolean armed = true;

  private Interrupt(PrintStream err) {
    this.err = err;
  }

  /** From now on an end by a signal is remarked upon. */
  static Interrupt install(PrintStream err) {
    Interrupt interrupt = new Interrupt(err);
    Runtime.getRuntime().addShutdownHook(new Thread(interrupt::say, "interrupt"));
    return interrupt;
  }

  /** What to tell the user who interrupts the present work. */
  static void advise(String text) {
    advice = text;
  }

  /** What to do in the place of a word to the user. */
  static void instead(Runnable work) {
    instead = work;
  }

  /** The program ends by itself. */
  void disarm() {
    armed = false;
  }

  private void say() {
    if (armed) {
      if (instead == null) {
        err.println();
        err.println(("Interrupted. " + advice).strip());
        err.flush();
      } else {
        instead.run();
      }
      Engine.leave(STATUS);
    }
  }
}
