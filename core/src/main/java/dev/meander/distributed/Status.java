package dev.meander.distributed;

/**
 * How a process stands before the next exchange.
 *
 * @param kind what all are to do
 * @param message the reason, for the user; empty when all is well
 */
public record Status(Kind kind, String message) {
  /** From harmless to grave: of several, all processes hear the gravest. */
  public enum Kind {
    /** Go on. */
    WELL,
    /** Somebody asked to stop; the weights are good. */
    STOP,
    /** A reward was lost; the weights are good. */
    REWARD_FAILED,
    /** A loss or a gradient is not a number; the weights may be spoilt. */
    NOT_FINITE,
    /** An exception. */
    FAILED
  }

  /** A status with nothing to report. */
  public static final Status WELL = new Status(Kind.WELL, "");

  /** An exception that ends this process's part. */
  public static Status failed(Throwable cause) {
    String message = cause.getMessage();
    return new Status(Kind.FAILED, message == null ? cause.getClass().getSimpleName() : message);
  }
}
