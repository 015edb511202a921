package dev.meander.tensor;

import com.sun.jna.NativeLibrary;

/** What the C library keeps of the memory of tensors that were freed. */
public final class FreedMemory {
  private FreedMemory() {}

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
