package dev.meander.tensor;

import com.sun.jna.NativeLibrary;

/** What the C library keeps of the memory of tensors that were freed. */
public final class FreedMemory {
  private static final int TRIM_THRESHOLD = -1; // glibc's numbers of settings
  private static final int TOP_PAD = -2;
  private static final int MMAP_THRESHOLD = -3;
  private static final int MOST_MAPPED = 32 << 20; // glibc refuses more

  private FreedMemory() {}

  /**
   * Has it keep what it would give back to the system at once: every pass needs as much again, and
   * memory that is new to the process is cleared page by page, which takes longer than to compute
   * in it. Larger tensors than 32 MiB still come from the system and go back to it.
   */
  static void keep() {
    set(MMAP_THRESHOLD, MOST_MAPPED);
    set(TRIM_THRESHOLD, Integer.MAX_VALUE);
    set(TOP_PAD, 2 * MOST_MAPPED); // the size of a thread's heap: an empty one is kept, too
  }

  private static void set(int setting, int value) {
    try {
      NativeLibrary.getProcess().getFunction("mallopt").invokeInt(new Object[] {setting, value});
    } catch (UnsatisfiedLinkError e) {
      // Other C libraries do as they do.
    }
  }

  /**
   * Gives it back to the system, where the C library can (glibc's {@code malloc_trim}). For the end
   * of a large piece of work: what comes next has to ask for memory again.
   */
  public static void giveBack() {
    try {
      NativeLibrary.getProcess().getFunction("malloc_trim").invokeInt(new Object[] {0L});
    } catch (UnsatisfiedLinkError e) {
      // Other C libraries do so by themselves, or cannot.
    }
  }
}
