package dev.meander.distributed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.tensor.Engine;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who does not belong together is told so, in time. */
class MeetingTest {
  private static final DistributedConfig SHORT = new DistributedConfig(20, 3);

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeAll
  static void load() {
    Engine.start(1);
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private static Launch launch(int rank, int size, int port, String job) {
    return new Launch(rank, size, rank, "127.0.0.1", port, false, 0, job);
  }

  private static void refused(Launch launch, String... messages) {
    long started = System.nanoTime();
    assertThatThrownBy(() -> launch.join(SHORT))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(messages);
    assertThat(System.nanoTime() - started).isLessThan(TimeUnit.SECONDS.toNanos(30));
  }

  @Test
  void aMissingProcessIsNamed() throws Exception {
    int port = Team.freePort();
    Future<?> first =
        threads.submit(() -> refused(launch(0, 3, port, ""), "rank 1 never came", "ranks 0, 2"));
    refused(launch(2, 3, port, ""), "rank 1 never came", "within 3 s");
    first.get();
  }

  @Test
  void aStrangerOnThePortIsNoticed() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      int port = silent.getLocalPort();
      refused(launch(1, 2, port, ""), "something answers there", "MASTER_PORT");
      refused(launch(0, 2, port, ""), "rank 0 cannot open port " + port);
    }
  }

  @Test
  void aServerOfAnotherKindOnThePortIsNoticed() throws Exception {
    try (ServerSocket server = new ServerSocket(0)) {
      threads.submit(
          () -> {
            while (true) {
              try (Socket caller = server.accept()) {
                caller.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
              }
            }
          });
      int port = server.getLocalPort();
      refused(launch(1, 2, port, ""), "something answers there", "MASTER_PORT");
      refused(launch(0, 2, port, ""), "rank 0 cannot open port " + port);
    }
  }

  @Test
  void launchersThatCountAttemptsDifferentlyMeet() {
    int port = Team.freePort();
    List<Future<Integer>> job =
        List.of(0, 1).stream()
            .map(
                rank ->
                    threads.submit(
                        () -> {
                          Launch launch =
                              new Launch(rank, 2, rank, "127.0.0.1", port, false, rank, "a");
                          try (Peers peers = launch.join(Team.PATIENCE)) {
                            return peers.gather("here", new byte[0]).size();
                          }
                        }))
            .toList();
    assertThat(job).allSatisfy(member -> assertThat(member.get()).isEqualTo(2));
  }

  @Test
  void nobodyThere() {
    refused(launch(1, 2, Team.freePort(), ""), "did not find rank 0", "nothing listens there");
  }

  /** A healthy job, at which others knock. */
  @Test
  void aJobIsNotDisturbedByItsDoubleNorByAnotherJob() throws Exception {
    int port = Team.freePort();
    CountDownLatch met = new CountDownLatch(2);
    CountDownLatch knocked = new CountDownLatch(1);
    List<Future<Double>> job =
        List.of(0, 1).stream()
            .map(
                rank ->
                    threads.submit(
                        () -> {
                          try (Peers peers = launch(rank, 2, port, "a").join(Team.PATIENCE)) {
                            met.countDown();
                            double sum = 0;
                            for (boolean last = false; !last; ) {
                              last =
                                  peers.gather("last", new double[] {knocked.getCount()})[0][0]
                                      == 0;
                              sum = peers.gather("ranks", new double[] {rank})[1][0];
                            }
                            return sum;
                          }
                        }))
            .toList();
    assertThat(met.await(60, TimeUnit.SECONDS)).isTrue();
    refused(launch(1, 2, port, "a"), "rank 1 was started twice: on ", ", and here on ");
    refused(launch(1, 2, port, "b"), "rank 0 never came");
    refused(launch(0, 2, port, "b"), "rank 0 cannot open port");
    knocked.countDown();
    for (Future<Double> member : job) {
      assertThat(member.get()).isEqualTo(1);
    }
  }

  @Test
  void differentSizesAreRefused() throws Exception {
    int port = Team.freePort();
    Future<?> first =
        threads.submit(
            () ->
                refused(
                    launch(0, 2, port, ""), "rank 1 on ", "as one of 3 processes", "as one of 2"));
    // It waits for a third that will not come.
    refused(launch(1, 3, port, ""), "rank 2 never came");
    first.get();
  }

  @Test
  void whoIsSlowButAliveIsWaitedFor() {
    DistributedConfig impatient = new DistributedConfig(2, 60);
    int port = Team.freePort();
    List<Future<Integer>> job =
        List.of(0, 1).stream()
            .map(
                rank ->
                    threads.submit(
                        () -> {
                          try (Peers peers = launch(rank, 2, port, "").join(impatient)) {
                            peers.doing("scores, 12 of 24");
                            TimeUnit.SECONDS.sleep(4L * rank);
                            return peers.gather("scores", new byte[rank]).size();
                          }
                        }))
            .toList();
    assertThat(job).allSatisfy(member -> assertThat(member.get()).isEqualTo(2));
  }
}
