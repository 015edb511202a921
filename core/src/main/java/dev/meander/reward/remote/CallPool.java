package dev.meander.reward.remote;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Makes many calls at once. */
final class CallPool implements AutoCloseable {
  private final Servers servers;
  private final ExecutorService threads;

  /**
   * @param concurrency how many calls may be on their way at once; as many more may wait to be made
   *     again
   */
  CallPool(Servers servers, int concurrency) {
    this.servers = servers;
    this.threads = Executors.newFixedThreadPool(2 * concurrency, CallPool::thread);
  }

  /**
   * The answers in the order of the calls.
   *
   * @throws dev.meander.reward.RewardFailed when one of them fails; the others are given up
   */
  <T> List<T> all(List<? extends Call<T>> calls) {
    List<Future<T>> asked = new ArrayList<>();
    List<T> answers = new ArrayList<>();
    try {
      for (Call<T> call : calls) {
        asked.add(threads.submit(() -> servers.ask(call)));
      }
      for (Future<T> future : asked) {
        answers.add(future.get());
      }
      return answers;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for scores", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      asked.forEach(future -> future.cancel(true));
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "meander-remote-reward");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
