package dev.meander.distributed;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A sum of flat tensors, one a part, in the order of a fixed binary tree over all parts: the left
 * branch of a node holds the largest power of two below its number of parts. A process adds its own
 * parts, in their order; whole subtrees among them are summed at once, so that few tensors are held
 * (about twice the binary logarithm of the number of parts at most).
 *
 * <p>The sum is a function of the parts' values alone, whoever computed them: {@link
 * Peers#exactSum} finishes the tree across processes, with the same additions.
 */
public final class TreeSum implements AutoCloseable {
  /**
   * A subtree: the parts from {@code lo} to before {@code hi}.
   *
   * @param lo the first part
   * @param hi the first part after it
   */
  record Node(int lo, int hi) {
    int middle() {
      return lo + Integer.highestOneBit(hi - lo - 1);
    }

    boolean isLeaf() {
      return hi - lo == 1;
    }
  }

  private record Sum(Node node, Tensor value) {}

  private final int parts;
  private final PartRange own;
  private final long length;
  private final Deque<Sum> sums = new ArrayDeque<>();
  private int next;

  /**
   * @param parts how many there are in all
   * @param own those that this process adds
   * @param length the elements of each tensor
   */
  public TreeSum(int parts, PartRange own, long length) {
    if (own.from() < 0 || own.to() < own.from() || own.to() > parts || length < 0) {
      throw new IllegalArgumentException(own + " of " + parts + " parts of " + length);
    }
    this.parts = parts;
    this.own = own;
    this.length = length;
    this.next = own.from();
  }

  /**
   * Adds the next part.
   *
   * @param part one more than that of the call before; the first is {@code own.from()}
   * @param value a tensor: flat, contiguous, float32, on the engine's device; it belongs to this
   *     sum from now on, which changes it, keeps it beyond the caller's scope and frees it
   */
  public void add(int part, Tensor value) {
    if (part != next || part >= own.to()) {
      throw new IllegalArgumentException(
          "part " + part + " where " + next + " of " + own + " is next");
    }
    requireFlat(value, length);
    value.retainReference();
    next++;
    sums.addLast(new Sum(new Node(part, part + 1), value));
    while (sums.size() > 1) {
      Sum right = sums.removeLast();
      Sum left = sums.removeLast();
      Node both = new Node(left.node().lo(), right.node().hi());
      if (!isNode(both)) {
        sums.addLast(left);
        sums.addLast(right);
        return;
      }
      Autograd.noGrad(
          () -> {
            left.value().add_(right.value());
          });
      right.value().releaseReference();
      sums.addLast(new Sum(both, left.value()));
    }
  }

  private boolean isNode(Node wanted) {
    Node at = new Node(0, parts);
    while (!at.equals(wanted) && !at.isLeaf()) {
      int middle = at.middle();
      at = wanted.lo() < middle ? new Node(at.lo(), middle) : new Node(middle, at.hi());
    }
    return at.equals(wanted);
  }

  static void requireFlat(Tensor value, long length) {
    if (value.dim() != 1
        || value.numel() != length
        || !value.is_contiguous()
        || value.scalar_type().intern() != ScalarType.Float
        || value.is_cpu() != Engine.onHost()) {
      throw new IllegalArgumentException(
          "not a flat float32 tensor of %d elements on the engine's device: %s of %d"
              .formatted(length, value.scalar_type().intern(), value.numel()));
    }
  }

  /** The number of parts in all. */
  int parts() {
    return parts;
  }

  /** Elements of each tensor. */
  long length() {
    return length;
  }

  /** The sums of this process's largest subtrees, from left to right, once all parts are added. */
  List<Tensor> subtrees() {
    if (next != own.to()) {
      throw new IllegalStateException("part " + next + " of " + own + " has not been added");
    }
    return sums.stream().map(Sum::value).toList();
  }

  /** How many sums a process sends that adds the parts of {@code range}. */
  public static int subtrees(int parts, PartRange range) {
    return cover(parts, range).size();
  }

  /** The largest subtrees within {@code range}, from left to right. */
  static List<Node> cover(int parts, PartRange range) {
    List<Node> nodes = new ArrayList<>();
    if (parts > 0) {
      cover(new Node(0, parts), range, nodes);
    }
    return nodes;
  }

  private static void cover(Node node, PartRange range, List<Node> into) {
    if (range.from() <= node.lo() && node.hi() <= range.to()) {
      into.add(node);
    } else if (node.lo() < range.to() && range.from() < node.hi() && !node.isLeaf()) {
      cover(new Node(node.lo(), node.middle()), range, into);
      cover(new Node(node.middle(), node.hi()), range, into);
    }
  }

  /**
   * Finishes the tree.
   *
   * @param known the sums of some subtrees that together hold all parts, {@code null} for others;
   *     changed
   */
  static Tensor finish(int parts, Function<Node, Tensor> known) {
    return Autograd.noGrad(() -> finish(new Node(0, parts), known));
  }

  private static Tensor finish(Node node, Function<Node, Tensor> known) {
    Tensor sum = known.apply(node);
    return sum != null
        ? sum
        : finish(new Node(node.lo(), node.middle()), known)
            .add_(finish(new Node(node.middle(), node.hi()), known));
  }

  /** Frees what is held. */
  @Override
  public void close() {
    sums.forEach(sum -> sum.value().releaseReference());
    sums.clear();
  }
}
