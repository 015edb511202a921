package dev.meander.train;

import dev.meander.distributed.Flat;
import dev.meander.distributed.PartRange;
import dev.meander.distributed.Peers;
import dev.meander.distributed.TreeSum;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The gradients of this process's parts of one update, on their way to the sum over all parts. */
final class PartGradients implements AutoCloseable {
  private final List<Tensor> leaves;
  private final Flat flat;
  private final boolean[] present; // whether a leaf has a gradient in any part
  private final Adding adding;

  /** How the parts are added. */
  private interface Adding extends AutoCloseable {
    void add(int part, Tensor gradients);

    Tensor finish(Peers peers, String what);

    @Override
    void close();
  }

  /**
   * Begins a sum.
   *
   * @param parts how many there are, on all processes together
   * @param own those of this process
   */
  PartGradients(TrainConfig.Sum sum, int parts, PartRange own, List<Tensor> leaves) {
    this.leaves = leaves;
    this.flat = new Flat(leaves);
    this.present = new boolean[leaves.size()];
    this.adding =
        sum == TrainConfig.Sum.EXACT
            ? new Exact(new TreeSum(parts, own, flat.length()))
            : new Fast(flat.join(leaves.stream().map(leaf -> (Tensor) null).toList()));
  }

  private record Exact(TreeSum sum) implements Adding {
    @Override
    public void add(int part, Tensor gradients) {
      sum.add(part, gradients);
    }

    @Override
    public Tensor finish(Peers peers, String what) {
      return peers.exactSum(what, sum);
    }

    @Override
    public void close() {
      sum.close();
    }
  }

  private record Fast(Tensor sum) implements Adding {
    @Override
    public void add(int part, Tensor gradients) {
      Autograd.noGrad(() -> sum.add_(gradients));
    }

    @Override
    public Tensor finish(Peers peers, String what) {
      peers.fastSum(what, sum);
      return sum;
    }

    @Override
    public void close() {
      // The sum belongs to the caller's scope.
    }
  }

  /** Moves the gradients of a part out of the leaves. */
  void take(int part) {
    try (Scope scope = new Scope()) {
      List<Tensor> gradients = new ArrayList<>();
      for (int i = 0; i < present.length; i++) {
        Tensor gradient = Autograd.grad(leaves.get(i));
        present[i] |= gradient != null;
        gradients.add(gradient);
      }
      adding.add(part, flat.join(gradients));
      leaves.forEach(Autograd::clearGrad);
    }
  }

  /** Whether each leaf had a gradient in what was taken. */
  boolean[] present() {
    return present.clone();
  }

  /**
   * Puts the sum over all parts of all processes into the leaves.
   *
   * @param anywhere whether each leaf has a gradient on any process; others are left without
   */
  void put(Peers peers, String what, boolean[] anywhere) {
    List<Tensor> sums = flat.split(adding.finish(peers, what));
    for (int i = 0; i < anywhere.length; i++) {
      if (anywhere[i]) {
        Autograd.addGrad(leaves.get(i), sums.get(i));
      }
    }
  }

  @Override
  public void close() {
    adding.close();
  }
}
