package dev.meander.distributed;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The processes that train together, seen from one of them; {@link Alone} when there is only one.
 *
 * <p>Everything but {@link #rank}, {@link #size}, {@link #name}, {@link #parts}, {@link #spent} and
 * {@link #doing} is an <em>exchange</em>: all processes call the same methods with the same {@code
 * what}, in the same order, from one and the same thread each, and each waits for all others. There
 * is no time limit as long as the others show signs of life: while it lasts, the missing processes
 * and what they are doing are logged every ten seconds.
 *
 * <p>A process that cannot go on calls {@link #agree} with its {@link Status} in the place of
 * whatever exchange comes next. All others, in whatever exchange they are, hear of it: {@link
 * #agree} returns it, every other exchange throws {@link PeerFailed}. So a run's loop is
 *
 * <pre>{@code
 * try {
 *   ... compute, exchange, compute ...
 * } catch (PeerFailed e) {
 *   ... act on e.status(): all processes are here at the same exchange ...
 * } catch (RuntimeException e) {
 *   peers.agree("the rollout", Status.failed(e));
 *   throw e;
 * }
 * }</pre>
 *
 * <p>Processes that call different exchanges, or the same with shapes that do not fit, are a
 * programming error: all get an {@link IllegalStateException}, nobody hangs or computes with it.
 * Every exchange throws {@link PeerLost} when a process ended, hangs or cannot be reached; after
 * that no exchange may be tried.
 */
public interface Peers extends AutoCloseable {
  /** Which process this is, from 0. Process 0 alone writes files and talks to the user. */
  int rank();

  /** How many processes there are. */
  int size();

  /** A process for messages: {@code rank 5 on gpu-07}. */
  String name(int rank);

  /** Whether this is the process that writes files and talks to the user. */
  default boolean isFirst() {
    return rank() == 0;
  }

  /** This process's share of {@code count} parts. */
  default PartRange parts(int count) {
    return PartRange.of(count, rank(), size());
  }

  /**
   * Says what this process is busy with, for the others' messages while they wait for it; costs
   * nothing and may be called from any thread.
   *
   * @param what the work, such as {@code pickscore, 12 of 24 scored}
   */
  void doing(String what);

  /**
   * Hears how all processes stand.
   *
   * @param what where in the run this is, such as {@code the scores of rollout 7}
   * @return the gravest of all, the same on all processes; of equally grave ones that of the lowest
   *     rank. With several processes its message begins with the name of that process
   */
  Status agree(String what, Status own);

  /**
   * Everybody's bytes.
   *
   * @param what what they are, such as {@code scores}
   * @param own of any length, also none
   * @return by rank
   */
  List<byte[]> gather(String what, byte[] own);

  /**
   * Everybody's numbers, bit for bit.
   *
   * @param what what they are, such as {@code scores}
   * @param own as many as this process has, also none
   * @return by rank; one after the other they are in the order of the parts when each process gives
   *     those of its {@link #parts}
   */
  default double[][] gather(String what, double[] own) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(own.length, Double.BYTES));
    bytes.asDoubleBuffer().put(own);
    return gather(what, bytes.array()).stream()
        .map(
            b -> {
              double[] numbers = new double[b.length / Double.BYTES];
              ByteBuffer.wrap(b).asDoubleBuffer().get(numbers);
              return numbers;
            })
        .toArray(double[][]::new);
  }

  /**
   * The sum over the parts of all processes, in the order of a fixed binary tree over the parts:
   * the same bits on all processes, and with any number of them.
   *
   * @param own the sums of this process's {@link #parts}, all of them added; it is used up and
   *     closed
   * @return a new flat float32 tensor in the caller's scope, on the engine's device
   */
  Tensor exactSum(String what, TreeSum own);

  /**
   * The sum over all processes in whatever order is fastest: the same bits on all processes, but
   * others with another number of them.
   *
   * @param own flat, contiguous, float32, of equal length on all processes; it is changed to the
   *     sum
   */
  void fastSum(String what, Tensor own);

  /**
   * Gives every process some numbers, and gets some from each.
   *
   * @param what what they are, such as {@code transitions}
   * @param own flat, contiguous, float32, on the engine's device: first what process 0 gets, then
   *     what process 1 gets, and so on
   * @param counts how many numbers each process (first index) gives each process (second index),
   *     the same on all of them
   * @return what this process gets, in the order of the ranks that gave it, in the caller's scope
   */
  Tensor deal(String what, Tensor own, long[][] counts);

  /**
   * How long the exchanges of a process took.
   *
   * @param waiting the seconds until the last process had come
   * @param summing the seconds of {@link #exactSum} and {@link #fastSum} after that
   * @param others the seconds of all other exchanges after that
   */
  record Spent(double waiting, double summing, double others) {
    /** What has come to it since {@code before}. */
    public Spent since(Spent before) {
      return new Spent(waiting - before.waiting, summing - before.summing, others - before.others);
    }
  }

  /** How long this process's exchanges took so far; not an exchange. */
  default Spent spent() {
    return new Spent(0, 0, 0);
  }

  /**
   * The bytes of process 0.
   *
   * @param own ignored but on process 0
   */
  byte[] broadcast(String what, byte[] own);

  /**
   * Gives these tensors the values that they have on process 0.
   *
   * @param tensors tensors of equal shapes and dtypes on all processes; they need not be contiguous
   */
  void broadcast(String what, List<Tensor> tensors);

  /**
   * Refuses to go on with processes that differ: settings, model files, weights that drifted.
   *
   * @param what what is compared, such as {@code the run's settings}
   * @param own values by name
   * @throws dev.meander.config.UserError on all processes, with the same message, which names what
   *     differs and the process that has another value than most (than process 0, where there is no
   *     majority)
   */
  default void requireSame(String what, Map<String, String> own) {
    Differences.refuse(what, gather(what, Differences.write(own)), this::name);
  }

  /** Ends the exchanges: waits for all others to get here, unless one was lost. */
  @Override
  void close();
}
