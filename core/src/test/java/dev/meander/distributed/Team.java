package dev.meander.distributed;

import dev.meander.tensor.Engine;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Processes that are threads of this one: all of c10d, without the time that JVMs take to start.
 */
final class Team {
  static final DistributedConfig PATIENCE = new DistributedConfig(20, 60);

  private Team() {}

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Launch member(int rank, int size, int port) {
    return new Launch(rank, size, rank, "127.0.0.1", port, false, 0, "test");
  }

  /** What {@code work} returned, by rank; the first that threw is thrown when all are done. */
  static <T> List<T> run(int size, Function<Peers, T> work) {
    Engine.start(1);
    int port = freePort();
    List<Callable<T>> members = new ArrayList<>();
    for (int r = 0; r < size; r++) {
      Launch launch = member(r, size, port);
      members.add(
          () -> {
            try (Peers peers = launch.join(PATIENCE)) {
              return work.apply(peers);
            }
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(size);
    try {
      List<T> results = new ArrayList<>();
      RuntimeException failure = null;
      for (Future<T> future : threads.invokeAll(members)) {
        try {
          results.add(future.get());
        } catch (ExecutionException e) {
          failure = failure == null ? new IllegalStateException(e.getCause()) : failure;
        }
      }
      if (failure != null) {
        throw failure;
      }
      return results;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      threads.shutdown();
    }
  }
}
