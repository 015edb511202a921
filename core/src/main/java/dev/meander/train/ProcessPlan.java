package dev.meander.train;

import dev.meander.config.UserError;
import dev.meander.distributed.PartRange;
import dev.meander.distributed.TreeSum;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * What each of several processes that share a run needs, sends and takes: a model, not a
 * measurement. Equal parts cost equal time; a rollout lasts as long as its largest share of the
 * time of one process, the sums of its updates, and a constant for small exchanges.
 *
 * @param plan the memory of the run in one process
 * @param perNode the number of processes of a machine, which share its network
 * @param network the bytes that a machine sends in a second
 * @param alone the seconds of a rollout with its updates in one process; NaN where that is not
 *     known
 */
public record ProcessPlan(MemoryPlan plan, int perNode, double network, double alone) {
  /** Assumed: how much longer the slowest of many takes. */
  private static final double SLOWEST = 1.03;

  /** Assumed: seconds of a rollout for exchanges of numbers, the optimizer and saving. */
  private static final double EXCHANGES = 0.12;

  /**
   * One number of processes.
   *
   * @param parts the most that one of them has
   * @param busy the part of the processes' time in which they have something to compute
   * @param memory the bytes of a process at its peak
   * @param sent the bytes that a process sends for the sums of a rollout
   * @param seconds the seconds of a rollout with its updates; NaN where those of one process are
   *     not known
   * @param efficiency the images of a second against as many processes that need no others
   */
  public record Needs(
      int processes,
      int parts,
      double busy,
      long memory,
      long sent,
      double seconds,
      double efficiency) {}

  /** The plan with so many processes. */
  public Needs with(int processes) {
    TrainConfig config = plan.config();
    int parts = config.distributed().parts(processes);
    int most = (parts + processes - 1) / processes;
    int updates = config.update().updatesPerRollout() * config.update().epochs();
    double share = (double) most / parts;
    double seconds =
        processes == 1
            ? alone
            : alone * SLOWEST * share + updates * secondsOfSum(parts, processes) + EXCHANGES;
    return new Needs(
        processes,
        most,
        1 / (share * processes),
        plan.shared(processes).peak().bytes(),
        updates * Math.round(timesSent(parts, processes) * plan.summed()),
        seconds,
        alone / (processes * seconds));
  }

  /** The bytes that a process sends in one sum, in gradients. */
  private double timesSent(int parts, int processes) {
    double others = (processes - 1.0) / processes;
    return others * (isExact() ? subtrees(parts, processes) + 1 : 2);
  }

  /** Of a machine's processes in an exact sum each sends its own; a ring leaves it once. */
  private double secondsOfSum(int parts, int processes) {
    if (processes <= perNode) {
      return 0; // within a machine
    }
    double times = isExact() ? (double) perNode * subtrees(parts, processes) + 1 : 2;
    return times * plan.summed() / network;
  }

  private boolean isExact() {
    return plan.config().sum() == TrainConfig.Sum.EXACT;
  }

  private static int subtrees(int parts, int processes) {
    return IntStream.range(0, processes)
        .map(rank -> TreeSum.subtrees(parts, PartRange.of(parts, rank, processes)))
        .max()
        .orElseThrow();
  }

  /**
   * Bytes a second from a network's bits a second: {@code 100G}, {@code 400Gb}.
   *
   * @throws UserError for anything else
   */
  public static double network(String text) {
    String plain = text.strip().toUpperCase(Locale.ROOT).replaceAll("B(IT|PS)?(/S)?$", "");
    int unit = plain.isEmpty() ? -1 : "KMGT".indexOf(plain.charAt(plain.length() - 1));
    String number = unit < 0 ? plain : plain.substring(0, plain.length() - 1);
    if (!number.matches("[0-9]{1,15}(\\.[0-9]{1,6})?") || Double.parseDouble(number) == 0) {
      throw new UserError("a network is bits a second, like 100G or 800M, not " + text);
    }
    return Double.parseDouble(number) * Math.pow(1000, unit + 1) / Byte.SIZE;
  }
}
