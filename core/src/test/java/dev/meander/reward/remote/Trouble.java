package dev.meander.reward.remote;

/** What can go wrong with one answer: for drills of clients. */
public enum Trouble {
  /** Nothing. */
  NONE,
  /** The answer takes two seconds more. */
  DELAY,
  /** The connection ends without an answer. */
  DROP,
  /** The connection ends in the middle of the answer. */
  CUT,
  /** Status 500. */
  ERROR,
  /** Status 503 with {@code Retry-After: 1}. */
  BUSY,
  /** Not JSON. */
  MALFORMED,
  /** One score too few. */
  WRONG_LENGTH,
  /** A score is NaN, as Python's json writes it. */
  NAN,
  /** A score overflows to infinity. */
  INFINITE,
  /** A score is null. */
  NULL,
  /** Two scores have the same id. */
  WRONG_IDS,
  /** The answer belongs to another request. */
  WRONG_REQUEST
}
