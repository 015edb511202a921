package dev.meander.distributed;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** Peers that are threads of this process and tell each other everything through its memory. */
public final class ThreadPeers implements Peers {
  private static final long PATIENCE = 120;

  private final Room room;
  private final int rank;

  private ThreadPeers(Room room, int rank) {
    this.room = room;
    this.rank = rank;
  }

  private static final class Room {
    final Said[] said;
    final CyclicBarrier barrier;

    Room(int size) {
      said = new Said[size];
      barrier = new CyclicBarrier(size);
    }

    void meet() {
      try {
        barrier.await(PATIENCE, TimeUnit.SECONDS);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new PeerLost("a thread did not come", e);
      }
    }
  }

  /** What a thread says in an exchange: of agree the status, of all others what it gives. */
  private record Said(String exchange, Status status, Object value) {}

  /** What {@code work} returned or threw, by rank. */
  public static List<Object> run(int size, Function<Peers, ?> work) {
    Room room = new Room(size);
    ExecutorService threads = Executors.newFixedThreadPool(size);
    try {
      List<Callable<Object>> members = new ArrayList<>();
      for (int r = 0; r < size; r++) {
        ThreadPeers peers = new ThreadPeers(room, r);
        members.add(() -> work.apply(peers));
      }
      List<Object> results = new ArrayList<>();
      for (Future<Object> future : threads.invokeAll(members)) {
        try {
          results.add(future.get());
        } catch (ExecutionException e) {
          results.add(e.getCause());
        }
      }
      return results;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      threads.shutdown();
    }
  }

  /** Everybody says something, then {@code hear} runs everywhere before anybody goes on. */
  private <T> T exchange(Said own, Function<List<Said>, T> hear) {
    room.said[rank] = own;
    room.meet();
    List<Said> all = List.of(room.said);
    try {
      Status gravest = gravest(all);
      if (gravest.kind() != Status.Kind.WELL && !own.exchange().equals(AGREE)) {
        throw new PeerFailed(gravest);
      }
      if (gravest.kind() == Status.Kind.WELL
          && all.stream().map(Said::exchange).distinct().count() > 1) {
        throw new IllegalStateException("different exchanges: " + all);
      }
      return hear.apply(all);
    } finally {
      room.meet();
    }
  }

  private static final String AGREE = "agree";

  private Status gravest(List<Said> all) {
    Status gravest = Status.WELL;
    for (int r = 0; r < all.size(); r++) {
      Status status = all.get(r).status();
      if (status.kind().compareTo(gravest.kind()) > 0) {
        gravest = new Status(status.kind(), name(r) + ": " + status.message());
      }
    }
    return gravest;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return room.said.length;
  }

  @Override
  public String name(int member) {
    return "rank " + member;
  }

  @Override
  public void doing(String what) {
    // Nobody is told.
  }

  @Override
  public Status agree(String what, Status own) {
    return exchange(new Said(AGREE, own, null), this::gravest);
  }

  @Override
  public List<byte[]> gather(String what, byte[] own) {
    return exchange(
        new Said("gather " + what, Status.WELL, own.clone()),
        all -> all.stream().map(said -> (byte[]) said.value()).toList());
  }

  @Override
  public Tensor exactSum(String what, TreeSum own) {
    try (own;
        Scope scope = new Scope()) {
      return scope.keep(
          exchange(
              new Said("exact sum " + what, Status.WELL, own.subtrees()),
              all -> finish(own.parts(), all)));
    }
  }

  private Tensor finish(int parts, List<Said> all) {
    Map<TreeSum.Node, Tensor> known = new HashMap<>();
    for (int r = 0; r < all.size(); r++) {
      List<TreeSum.Node> nodes = TreeSum.cover(parts, PartRange.of(parts, r, all.size()));
      for (int i = 0; i < nodes.size(); i++) {
        known.put(nodes.get(i), ((Tensor) ((List<?>) all.get(r).value()).get(i)).clone());
      }
    }
    return TreeSum.finish(parts, known::get);
  }

  @Override
  public void fastSum(String what, Tensor own) {
    float[] sum =
        exchange(
            new Said("fast sum " + what, Status.WELL, own),
            all -> {
              float[] values = new float[Math.toIntExact(own.numel())];
              for (Said said : all) {
                float[] theirs = Tensors.floats((Tensor) said.value());
                for (int i = 0; i < values.length; i++) {
                  values[i] += theirs[i];
                }
              }
              return values;
            });
    try (Scope scope = new Scope()) {
      Autograd.noGrad(() -> own.copy_(Tensors.of(sum, sum.length)));
    }
  }

  @Override
  public Tensor deal(String what, Tensor own, long[][] counts) {
    float[] got =
        exchange(
            new Said("deal " + what + Arrays.deepToString(counts), Status.WELL, own),
            all -> {
              List<float[]> pieces = new ArrayList<>();
              for (int r = 0; r < all.size(); r++) {
                float[] theirs = Tensors.floats((Tensor) all.get(r).value());
                int from = (int) Arrays.stream(counts[r]).limit(rank).sum();
                pieces.add(Arrays.copyOfRange(theirs, from, from + (int) counts[r][rank]));
              }
              return joined(pieces);
            });
    return Tensors.of(got, got.length);
  }

  private static float[] joined(List<float[]> pieces) {
    float[] all = new float[pieces.stream().mapToInt(piece -> piece.length).sum()];
    int at = 0;
    for (float[] piece : pieces) {
      System.arraycopy(piece, 0, all, at, piece.length);
      at += piece.length;
    }
    return all;
  }

  @Override
  public byte[] broadcast(String what, byte[] own) {
    return exchange(
        new Said("broadcast " + what, Status.WELL, own.clone()),
        all -> ((byte[]) all.get(0).value()).clone());
  }

  @Override
  public void broadcast(String what, List<Tensor> tensors) {
    exchange(
        new Said("broadcast " + what, Status.WELL, tensors),
        all -> {
          if (rank != 0) {
            List<?> first = (List<?>) all.get(0).value();
            Autograd.noGrad(
                () -> {
                  for (int i = 0; i < tensors.size(); i++) {
                    tensors.get(i).copy_((Tensor) first.get(i));
                  }
                });
          }
          return null;
        });
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
