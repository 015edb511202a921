package dev.meander.cli;

import dev.meander.cli.terminal.Signals;
import dev.meander.tensor.Engine;
import dev.meander.train.StopSignal;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Leaves the terminal tidy when the user ends the program, and says how to go on. */
final class Interrupt {
  /** What shells expect of a program that was interrupted. */
  static final int STATUS = 130;

  /** Whoever ends several processes may send one of them the same wish twice. */
  private static final long SAME_NANOS = 500_000_000;

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

  /** What the user is told who interrupts the present work. */
  static String advice() {
    return advice;
  }

  /** What to tell the user who interrupts the present work. */
  static void advise(String text) {
    advice = text;
  }

  /** What to do in the place of a word to the user. */
  static void instead(Runnable work) {
    instead = work;
  }

  /**
   * From now on the first signal asks a run to stop and keep what it has, and a second ends the
   * program at once.
   *
   * @param word what is said at the first, where the run obeys it
   */
  static void gently(StopSignal stop, Consumer<String> word) {
    AtomicLong first = new AtomicLong();
    Runnable heard =
        () -> {
          long now = System.nanoTime();
          if (first.compareAndSet(0, now) && stop.request()) {
            word.accept(
                "Stopping: updates that have begun are finished, what is being sampled is given up, and all"
                    + " else is kept. A second signal ends the program at once.");
          } else if (now - first.get() > SAME_NANOS || !stop.request()) {
            System.exit(STATUS); // through the hook below
          }
        };
    Signals.handle("INT", heard);
    Signals.handle("TERM", heard);
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
