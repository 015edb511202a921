package dev.meander.reward.remote;

/** What makes calls to score: as a base class, for a reward of single images or of groups. */
abstract class Caller implements AutoCloseable {
  final CallPool calls;

  Caller(CallPool calls) {
    this.calls = calls;
  }

  /** While one call waits for its answers, the next is on its way already. */
  public int concurrentCalls() {
    return 2;
  }

  @Override
  public void close() {
    calls.close();
  }
}
