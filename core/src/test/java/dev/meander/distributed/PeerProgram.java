package dev.meander.distributed;

import dev.meander.tensor.Engine;

/** A process of a run that exchanges without end: {@code timeout startTimeout}. */
final class PeerProgram {
  static final int LOST = 3;

  private PeerProgram() {}

  public static void main(String[] args) throws InterruptedException {
    Engine.start(1);
    try (Peers peers =
        Launch.here()
            .join(new DistributedConfig(Integer.parseInt(args[0]), Integer.parseInt(args[1])))) {
      peers.doing("going round");
      for (int i = 0; ; i++) {
        peers.gather("round", new double[] {i});
        System.out.println("round " + i);
        Thread.sleep(50);
      }
    } catch (PeerLost e) {
      System.err.println(e.getMessage());
      System.err.flush();
      Engine.leave(LOST);
    }
  }
}
