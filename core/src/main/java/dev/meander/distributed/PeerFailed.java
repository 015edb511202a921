package dev.meander.distributed;

/** Another process reported that it cannot go on; the processes can still talk to each other. */
public final class PeerFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Status status;

  /**
   * @param status the same on all processes, with the process that reported it in its message
   */
  public PeerFailed(Status status) {
    super(status.message());
    this.status = status;
  }

  /** What all processes heard. */
  public Status status() {
    return status;
  }
}
