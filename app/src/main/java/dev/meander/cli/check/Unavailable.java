package dev.meander.cli.check;

/** Something that an earlier check found not to be usable. */
final class Unavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unavailable(String what) {
    super(what);
  }
}
