package dev.meander.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Tensor;

/**
 * Threads that compute independent pieces at once, each operation of a piece on few threads.
 *
 * <p>Small networks gain more from this than from threads within every operation: there is one
 * barrier a pass instead of one an operation, so that a busy neighbour on the machine costs its
 * share and not a multiple of it.
 *
 * <p>Numbers below the normal range count as zero in these threads: the tails of activation
 * functions are full of them, and a processor takes a hundred cycles for each. Nowhere else,
 * because Java does not work so: {@code Double.parseDouble("2.2250738585072012e-308")} never
 * returns in a thread with that setting, nor in one that such a thread starts.
 */
public final class Workers implements AutoCloseable {
  static {
    Natives.prepare();
  }

  private final int count;
  private final ExecutorService pool;

  Workers(int count) {
    this.count = count;
    this.pool = Executors.newFixedThreadPool(count, Worker::new);
  }

  private static final class Worker extends Thread {
    Worker(Runnable work) {
      super(work, "meander-worker");
      setDaemon(true);
    }

    @Override
    public void run() {
      Context.setFlushDenormal(true);
      super.run();
    }
  }

  /** How many pieces run at once. */
  public int count() {
    return count;
  }

  /**
   * A part of some rows.
   *
   * @param index which part it is
   * @param from its first row
   * @param size its rows
   */
  public record Part(int index, int from, int size) {}

  /** At most {@link #count} nearly equal parts of {@code n} rows, none empty. */
  public List<Part> split(int n) {
    int count = Math.max(1, Math.min(this.count, n));
    List<Part> parts = new ArrayList<>(count);
    int from = 0;
    for (int i = 0; i < count; i++) {
      int size = n / count + (i < n % count ? 1 : 0);
      parts.add(new Part(i, from, size));
      from += size;
    }
    return parts;
  }

  /** {@link #run(List)} of the same work on every part of {@code n} rows. */
  public List<List<Tensor>> run(int n, Function<Part, List<Tensor>> work) {
    List<Supplier<List<Tensor>>> pieces = new ArrayList<>();
    split(n).forEach(part -> pieces.add(() -> work.apply(part)));
    return run(pieces);
  }

  /**
   * Adds to the gradients of {@code leaves} those of a loss that is the sum of its parts' losses,
   * in the order of the parts: the same split gives the same bits. Losses may go through {@link
   * Recompute} segments.
   *
   * @param n the rows of the batch
   * @param lossOf a part's share of the loss, a scalar
   */
  public void backward(int n, List<Tensor> leaves, Function<Part, Tensor> lossOf) {
    for (List<Tensor> gradients :
        run(n, part -> Recompute.gradients(() -> lossOf.apply(part), leaves))) {
      for (int i = 0; i < leaves.size(); i++) {
        Autograd.addGrad(leaves.get(i), gradients.get(i));
      }
    }
  }

  /**
   * Runs every piece in a scope of its own: in the workers, or in turn where the caller is one.
   *
   * @param pieces each returns the tensors that outlive it
   * @return what the pieces returned, in their order, in the caller's scope
   */
  public List<List<Tensor>> run(List<Supplier<List<Tensor>>> pieces) {
    if (Thread.currentThread() instanceof Worker) {
      return pieces.stream().map(Workers::scoped).toList();
    }
    List<Future<List<Tensor>>> futures = new ArrayList<>();
    for (Supplier<List<Tensor>> piece : pieces) {
      futures.add(pool.submit(() -> scoped(piece)));
    }
    return collect(futures);
  }

  private static List<Tensor> scoped(Supplier<List<Tensor>> piece) {
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
