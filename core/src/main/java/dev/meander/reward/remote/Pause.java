package dev.meander.reward.remote;

import java.util.concurrent.TimeUnit;

/** The passing of time, which tests replace. */
interface Pause {
  /** As {@link System#nanoTime}. */
  long nanos();

  /** Returns after that many nanoseconds. */
  void sleep(long nanos) throws InterruptedException;

  /** Real time. */
  Pause SYSTEM =
      new Pause() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
          TimeUnit.NANOSECONDS.sleep(nanos);
        }
      };
}
