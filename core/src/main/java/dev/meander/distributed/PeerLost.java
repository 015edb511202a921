package dev.meander.distributed;

/**
 * A process ended, hangs or cannot be reached: no exchange is possible any more, and all that is
 * left is to save what is good and to end, with {@link Peers#close} or without.
 */
public final class PeerLost extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PeerLost(String message, Throwable cause) {
    super(message, cause);
  }
}
