package dev.meander.tensor;

import org.bytedeco.pytorch.global.torch;

/** Start-up of the tensor engine: thread counts and the settings that were measured to matter. */
public final class Engine {
  private static int threads;

  private Engine() {}

  /**
   * Loads the natives and fixes the number of threads of every pool.
   *
   * @param requested threads for one operation; 0 means all processors
   */
  public static synchronized void start(int requested) {
    threads = requested > 0 ? requested : Runtime.getRuntime().availableProcessors();
    torch.set_num_threads(threads);
    // Fused attention in bf16 on the CPU is several times slower than the same by matrix products.
    torch.globalContext().setSDPUseFlash(false);
    torch.globalContext().setSDPUseMemEfficient(false);
  }

  /** The number of threads that {@link #start} fixed. */
  public static int threads() {
    return threads;
  }

  /** The engine's version, for provenance. */
  public static String version() {
    return "libtorch 2.10.0";
  }

  /** The first line of an engine error, without its C++ backtrace. */
  public static String firstLine(Throwable error) {
    String message = String.valueOf(error.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
