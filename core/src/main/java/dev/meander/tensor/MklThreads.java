package dev.meander.tensor;

import com.sun.jna.NativeLibrary;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/**
 * The threads of MKL, which is loaded in OpenBLAS's place and has a pool of its own that the
 * engine's {@code set_num_threads} does not reach.
 */
final class MklThreads {
  private MklThreads() {}

  /**
   * How many threads each matrix product may use; nothing happens where MKL is not loaded.
   *
   * <p>Left alone it divides products among the processors inside every worker, in ways that differ
   * between a process that was resumed and one that was not: on processors without AVX-512 the last
   * bits then differ.
   */
  static void set(int threads) {
    library()
        .ifPresent(
            mkl -> mkl.getFunction("MKL_Set_Num_Threads").invokeVoid(new Object[] {threads}));
  }

  /** MKL, where it is loaded. */
  static Optional<NativeLibrary> library() {
    return Loader.getLoadedLibraries().entrySet().stream()
        .filter(library -> library.getKey().startsWith("mkl_rt"))
        .findAny()
        .map(library -> NativeLibrary.getInstance(library.getValue()));
  }
}
