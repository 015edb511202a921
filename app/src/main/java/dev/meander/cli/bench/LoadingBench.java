package dev.meander.cli.bench;

import dev.meander.event.Progress;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.weights.DType;
import dev.meander.weights.SafetensorsFile.Entry;
import dev.meander.weights.TensorStore;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;

/**
 * Times how long weights take from the disk to where they are computed with. Mapped weights are
 * read when they are first used, so one element of every page is used.
 *
 * @param path a safetensors file, or a directory with one or with shards and their index
 */
public record LoadingBench(Path path) {
  private static final int PAGE = 4096;

  /**
   * What was measured.
   *
   * @param bytes the bytes of all tensors
   * @param tensors how many
   * @param files the files that they lie in
   * @param seconds the seconds from opening the first file to the last page
   */
  public record Result(long bytes, int tensors, int files, double seconds) {
    /** The speed in units of 10^9 bytes a second. */
    public double gigabytesPerSecond() {
      return bytes / seconds / 1e9;
    }
  }

  /**
   * Loads every tensor in the type that it is stored in, and lets it go.
   *
   * @throws dev.meander.config.UserError as {@link TensorStore#open}
   */
  public Result run(Progress.Source progress) {
    Engine.start(0);
    long start = System.nanoTime();
    long bytes = 0;
    try (TensorStore store = TensorStore.open(path);
        Progress bar = progress.start("Loading", store.names().size(), "tensors")) {
      for (String name : store.names()) {
        Entry entry = store.entry(name);
        try (Scope scope = new Scope()) {
          touch(store.placed(name, entry.dtype()), entry.dtype());
        }
        bytes += entry.byteCount();
        bar.advance(1);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Result(bytes, store.names().size(), store.shards().size(), seconds);
    }
  }

  private static void touch(Tensor tensor, DType type) {
    long step = PAGE / type.bytes();
    long pages = (tensor.numel() + step - 1) / step;
    tensor.view(-1).as_strided(new long[] {pages}, new long[] {step}).sum();
  }
}
