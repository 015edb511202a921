package dev.meander.distributed;

import dev.meander.config.UserError;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the processes meet: connects, calls the roll, and hands out what groups are made with. */
final class C10dStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(C10dStore.class);
  private static final long POLL_MILLIS = 50;
  private static final long SAY_SECONDS = 10;
  private static final int PROBE_MILLIS = 2000;

  /**
   * Who a process is.
   *
   * @param size how many processes it believes in
   * @param machine its host's name
   * @param address the one that others reach it at
   * @param pid its process's id
   * @param device tells its GPU from others
   */
  record Who(int size, String machine, String address, long pid, String device) {
    private String write() {
      return String.join("\n", String.valueOf(size), machine, address, "" + pid, device);
    }

    private static Who read(String text) {
      String[] lines = text.split("\n", -1);
      return new Who(
          Integer.parseInt(lines[0]), lines[1], lines[2], Long.parseLong(lines[3]), lines[4]);
    }
  }

  private final Launch launch;
  private final Duration patience;
  private final Who self;
  // A store that Java made can be handed to native code once, which then owns it: Java must not
  // free
  // it, too, when it has become garbage. A clone can be handed over without limit. No more
  // connections than these two are made: the server looks up the name of each, which may take long.
  private static final List<Store> HANDED_OVER = new CopyOnWriteArrayList<>();
  private final Store server;
  private final Store connection;
  private final Store store;
  private final List<Who> all = new ArrayList<>();

  private C10dStore(Launch launch, Duration patience, TCPStore server, Who self) {
    this.launch = launch;
    this.patience = patience;
    this.connection = server.clone();
    this.store = new PrefixStore(prefix("run"), connection);
    this.server = new PrefixStore(prefix("run"), handOver(server));
    this.self = self;
  }

  /**
   * Connects and waits for all processes.
   *
   * @throws UserError when they do not come together in time, with who is missing or too many
   */
  static C10dStore meet(Launch launch, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    TCPStore server = connect(launch, patience);
    C10dStore met = new C10dStore(launch, patience, server, self(launch));
    // The other end may be anybody's, and never answer.
    within(
        Duration.ofNanos(end - System.nanoTime()).plusSeconds(SAY_SECONDS),
        () -> {
          met.rollCall(end);
          return met;
        },
        () -> unanswered(launch, patience));
    return met;
  }

  private static TCPStore connect(Launch launch, Duration patience) {
    boolean serves = launch.rank() == 0 && !launch.agentStore();
    try {
      return within(
          patience,
          () -> {
            TCPStoreOptions options = new TCPStoreOptions();
            options.port((short) launch.port());
            options.isServer(serves);
            options.waitWorkers(false);
            options.timeout(new Milliseconds(patience.toMillis()));
            return new TCPStore(launch.host(), options);
          },
          () -> unanswered(launch, patience));
    } catch (UserError e) {
      throw e;
    } catch (RuntimeException e) {
      String found = Engine.firstLine(e);
      throw serves
          ? new UserError(
              "rank 0 cannot open port %d on %s, which another program, maybe another training, may use: set MASTER_PORT to a free one (%s)"
                  .formatted(launch.port(), launch.host(), found),
              e)
          : unanswered(launch, patience);
    }
  }

  private static UserError unanswered(Launch launch, Duration patience) {
    String there;
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(launch.host(), launch.port()), PROBE_MILLIS);
      there =
          "something answers there, but not as a training's process 0: another program may use the port";
    } catch (IOException e) {
      there = "nothing listens there (" + e.getMessage() + ")";
    }
    return new UserError(
        "rank %d on %s did not find rank 0 at %s, port %d (MASTER_ADDR, MASTER_PORT) within %d s: %s"
            .formatted(
                launch.rank(),
                machine(),
                launch.host(),
                launch.port(),
                patience.toSeconds(),
                there));
  }

  /** Runs native work that may never return in a thread that may be left behind. */
  static <T> T within(Duration patience, Callable<T> work, Callable<UserError> late) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "meander-meeting");
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(Math.max(1, patience.toMillis()), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      try {
        throw late.call();
      } catch (RuntimeException f) {
        throw f;
      } catch (Exception f) {
        throw new IllegalStateException(f);
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the other processes", e);
    }
  }

  private static <S extends Store> S handOver(S store) {
    HANDED_OVER.add(store);
    return store;
  }

  /** What one group is made with, under a name of its own. */
  Store prefixed(String name) {
    return handOver(new PrefixStore(prefix(name), connection));
  }

  /**
   * A store that outlives an attempt must tell attempts apart. One that process 0 opens does not,
   * and launchers on several machines may count differently: one that came later begins with 0.
   */
  private String prefix(String name) {
    int attempt = launch.agentStore() ? launch.attempt() : 0;
    return "meander/%s/%d/%s".formatted(launch.job(), attempt, name);
  }

  /** The other connection, for one thread; on process 0 the server lives as long as it does. */
  Store other() {
    return server;
  }

  Who who(int rank) {
    return all.get(rank);
  }

  String name(int rank) {
    return "rank %d on %s".formatted(rank, all.get(rank).machine());
  }

  private void rollCall(long end) {
    int rank = launch.rank();
    if (store.add("rank/" + rank, 1) > 1) {
      await("who/" + rank, end);
      Who other = Who.read(store.get_to_str("who/" + rank));
      throw new UserError(
          "rank %d was started twice: on %s as process %d, and here on %s as process %d"
              .formatted(rank, other.machine(), other.pid(), self.machine(), self.pid()));
    }
    store.set("who/" + rank, self.write());
    long started = System.nanoTime();
    long said = started;
    while (true) {
      List<Integer> missing = missing();
      long now = System.nanoTime();
      if (missing.isEmpty()) {
        break;
      }
      if (now > end) {
        throw new UserError(
            "%s never came to %s, port %d, within %d s; here are %s"
                .formatted(
                    ranks(missing),
                    launch.host(),
                    launch.port(),
                    patience.toSeconds(),
                    ranks(present(missing))));
      }
      if (now - said > TimeUnit.SECONDS.toNanos(SAY_SECONDS)) {
        said = now;
        LOG.warn(
            "rank {} has waited {} s for {} to start",
            rank,
            TimeUnit.NANOSECONDS.toSeconds(now - started),
            ranks(missing));
      }
      sleep(POLL_MILLIS);
    }
    for (int r = 0; r < launch.size(); r++) {
      all.add(Who.read(store.get_to_str("who/" + r)));
    }
    requireOneSize();
    requireReachable();
  }

  private List<Integer> present(List<Integer> missing) {
    return IntStream.range(0, launch.size()).filter(r -> !missing.contains(r)).boxed().toList();
  }

  private static String ranks(List<Integer> ranks) {
    return (ranks.size() == 1 ? "rank " : "ranks ")
        + String.join(", ", ranks.stream().map(String::valueOf).toList());
  }

  private List<Integer> missing() {
    if (has(IntStream.range(0, launch.size()).mapToObj(r -> "who/" + r).toList())) {
      return List.of();
    }
    return IntStream.range(0, launch.size())
        .filter(r -> !has(List.of("who/" + r)))
        .boxed()
        .toList();
  }

  private boolean has(List<String> keys) {
    try (Scope scope = new Scope()) {
      return store.check(
          new StringVector(keys.stream().map(BytePointer::new).toArray(BytePointer[]::new)));
    }
  }

  private void await(String key, long end) {
    while (!has(List.of(key)) && System.nanoTime() < end) {
      sleep(POLL_MILLIS);
    }
  }

  private void requireOneSize() {
    for (int r = 0; r < all.size(); r++) {
      if (all.get(r).size() != launch.size()) {
        throw new UserError(
            "%s was started as one of %d processes, %s as one of %d"
                .formatted(name(r), all.get(r).size(), name(launch.rank()), launch.size()));
      }
    }
  }

  /** A machine whose own name leads to its loopback would tell others to find it there. */
  private void requireReachable() {
    if (System.getenv("GLOO_SOCKET_IFNAME") != null) {
      return;
    }
    for (int r = 0; r < all.size(); r++) {
      Who one = all.get(r);
      if (isLoopback(one.address())
          && all.stream().anyMatch(other -> !other.machine().equals(one.machine()))) {
        throw new UserError(
            "%s is reached at %s only from itself: set MASTER_ADDR to an address of rank 0's machine in the network, or GLOO_SOCKET_IFNAME to the network's interface"
                .formatted(name(r), one.address()));
      }
    }
  }

  private static boolean isLoopback(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static Who self(Launch launch) {
    return new Who(
        launch.size(),
        machine(),
        address(launch),
        ProcessHandle.current().pid(),
        Engine.onHost()
            ? ""
            : Engine.device().index()
                + " of "
                + System.getenv().getOrDefault("CUDA_VISIBLE_DEVICES", "all"));
  }

  /** Without the resolver, which may take seconds to find that it has no name for this host. */
  static String machine() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      // Not Linux.
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an unnamed machine";
    }
  }

  /** The address of this machine towards process 0; nothing is sent. */
  static String address(Launch launch) {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(launch.host(), launch.port()));
      return socket.getLocalAddress().getHostAddress().replaceFirst("%.*", "");
    } catch (SocketException | java.io.UncheckedIOException e) {
      return "";
    }
  }

  static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the other processes", e);
    }
  }

  @Override
  public void close() {
    store.close();
    connection.close();
    server.close();
  }
}
