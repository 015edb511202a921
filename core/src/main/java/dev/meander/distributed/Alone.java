package dev.meander.distributed;

import dev.meander.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** One process: every exchange is with itself, and {@link #exactSum} adds as with any number. */
public final class Alone implements Peers {
  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public String name(int rank) {
    return "this process";
  }

  @Override
  public void doing(String what) {
    // Nobody waits.
  }

  @Override
  public Status agree(String what, Status own) {
    return own;
  }

  @Override
  public List<byte[]> gather(String what, byte[] own) {
    return List.of(own.clone());
  }

  @Override
  public Tensor exactSum(String what, TreeSum own) {
    try (own;
        Scope scope = new Scope()) {
      List<Tensor> whole = new ArrayList<>(own.subtrees());
      if (whole.size() != 1 || own.parts() == 0) {
        throw new IllegalArgumentException("one process has all parts");
      }
      // An own handle on the same values: the sum's ends with it.
      return scope.keep(new Tensor(whole.get(0)));
    }
  }

  @Override
  public void fastSum(String what, Tensor own) {
    TreeSum.requireFlat(own, own.numel());
  }

  @Override
  public Tensor deal(String what, Tensor own, long[][] counts) {
    TreeSum.requireFlat(own, counts[0][0]);
    return own.clone();
  }

  @Override
  public byte[] broadcast(String what, byte[] own) {
    return own.clone();
  }

  @Override
  public void broadcast(String what, List<Tensor> tensors) {
    // They are the values of process 0.
  }

  @Override
  public void close() {
    // Nobody to part from.
  }
}
