package dev.meander.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Threads that compute independent pieces at once, each operation of a piece on few threads.
 *
 * <p>Small networks gain more from this than from threads within every operation: there is one
 * barrier a pass instead of one an operation, so that a busy neighbour on the machine costs its
 * share and not a multiple of it.
 */
public final class Workers implements AutoCloseable {
  private final int count;
  private final ExecutorService pool;

  Workers(int count) {
    this.count = count;
    this.pool =
        Executors.newFixedThreadPool(
            count,
            work -> {
              Thread thread = new Thread(work, "meander-worker");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** How many pieces run at once. */
  public int count() {
    return count;
  }

  /** Sizes of at most {@link #count} nearly equal parts of {@code n}, none empty. */
  public int[] split(int n) {
    int parts = Math.max(1, Math.min(count, n));
    int[] sizes = new int[parts];
    for (int i = 0; i < parts; i++) {
      sizes[i] = n / parts + (i < n % parts ? 1 : 0);
    }
    return sizes;
  }

  /**
   * Runs every piece in a scope of its own.
   *
   * @param pieces each returns the tensors that outlive it
   * @return what the pieces returned, in their order, in the caller's scope
   */
  public List<List<Tensor>> run(List<Supplier<List<Tensor>>> pieces) {
    if (pieces.size() == 1) {
      try (Scope scope = new Scope()) {
        List<Tensor> result = pieces.get(0).get();
        result.forEach(scope::keep);
        return List.of(result);
      }
    }
    List<Future<List<Tensor>>> futures = new ArrayList<>();
    for (Supplier<List<Tensor>> piece : pieces) {
      futures.add(pool.submit(() -> detached(piece)));
    }
    return collect(futures);
  }

  private static List<Tensor> detached(Supplier<List<Tensor>> piece) {
    try (Scope scope = new Scope()) {
      List<Tensor> result = piece.get();
      result.forEach(scope::keep);
      return result;
    }
  }

  /**
   * Waits for all, also after a failure: nothing may still be computing when the caller goes on.
   */
  private static List<List<Tensor>> collect(List<Future<List<Tensor>>> futures) {
    List<List<Tensor>> results = new ArrayList<>();
    Throwable failure = null;
    for (Future<List<Tensor>> future : futures) {
      try {
        List<Tensor> result = future.get();
        result.forEach(Scope::adopt);
        results.add(result);
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failure = new IllegalStateException("interrupted while computing", e);
        break;
      }
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
    return results;
  }

  @Override
  public void close() {
    pool.shutdown();
  }
}
