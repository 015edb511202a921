package dev.meander.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Gradient checkpointing (arXiv 1604.06174): of a segment of a network only its inputs and outputs
 * are kept, and the backward pass computes it a second time.
 *
 * <p>The engine's Java API has no custom autograd functions, so the chain is cut at the outputs of
 * every segment: they become leaves, and the gradients that arrive at them go through the segment's
 * second pass to its inputs, the last segment first. What lies between segments is recorded as
 * usual. The operations are those of the plain backward pass, in its order.
 *
 * <p>Each thread has its own chain, so parts of a batch go through it at once.
 */
public final class Recompute {
  static {
    Natives.prepare();
  }

  private static final ThreadLocal<Recompute> CURRENT = new ThreadLocal<>();

  private final List<Segment> segments = new ArrayList<>();

  private Recompute() {}

  /** Outputs are leaves; inputs are outputs of earlier segments, or anything else. */
  private record Segment(
      List<Tensor> inputs, List<Tensor> outputs, Function<List<Tensor>, List<Tensor>> work) {}

  /**
   * Computes a part of a network. Within {@link #gradients} what happens inside is forgotten until
   * the backward pass; elsewhere this is just {@code work}.
   *
   * @param work must depend on nothing that changes but its argument and trained leaves, and must
   *     compute the same again
   */
  public static List<Tensor> segment(
      List<Tensor> inputs, Function<List<Tensor>, List<Tensor>> work) {
    Recompute chain = CURRENT.get();
    return chain == null || !Autograd.records() ? work.apply(inputs) : chain.add(inputs, work);
  }

  /** Whether this thread computes a pass that will be computed a second time. */
  static boolean isUnderWay() {
    return CURRENT.get() != null;
  }

  private List<Tensor> add(List<Tensor> inputs, Function<List<Tensor>, List<Tensor>> work) {
    List<Tensor> outputs = new ArrayList<>();
    try (Scope scope = new Scope()) {
      for (Tensor output : Autograd.noGrad(() -> work.apply(inputs))) {
        Tensor leaf = scope.keep(output.detach());
        leaf.set_requires_grad(true);
        outputs.add(leaf);
      }
    }
    segments.add(new Segment(List.copyOf(inputs), List.copyOf(outputs), work));
    return outputs;
  }

  /**
   * As {@link Autograd#gradients}, of a loss that may go through segments.
   *
   * @param loss what computes a scalar
   */
  static List<Tensor> gradients(Supplier<Tensor> loss, List<Tensor> leaves) {
    Recompute chain = new Recompute();
    Tensor value = chain.record(loss);
    return chain.segments.isEmpty()
        ? Autograd.gradients(value, leaves)
        : chain.new Backward(leaves).run(value);
  }

  /** The part of {@link #gradients} that keeps or makes what is recorded. */
  static void recorded(Supplier<Tensor> loss, List<Tensor> leaves) {
    Recompute chain = new Recompute();
    Tensor value = chain.record(loss);
    if (!chain.segments.isEmpty()) {
      chain.new Backward(leaves).run(value);
    }
  }

  private Tensor record(Supplier<Tensor> loss) {
    Recompute before = CURRENT.get();
    CURRENT.set(this);
    try {
      return loss.get();
    } finally {
      if (before == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(before);
      }
    }
  }

  /** One backward pass: sums of gradients by the tensor that they arrive at. */
  private final class Backward {
    private final List<Tensor> leaves;
    private final Map<Tensor, Tensor> sums = new IdentityHashMap<>();
    private final Set<Tensor> kept = Collections.newSetFromMap(new IdentityHashMap<>());

    Backward(List<Tensor> leaves) {
      this.leaves = leaves;
    }

    List<Tensor> run(Tensor loss) {
      spread(List.of(loss), List.of(), segments.size());
      kept.addAll(sums.values());
      for (int i = segments.size() - 1; i >= 0; i--) {
        try (Scope scope = new Scope()) {
          List<Tensor> used = again(i);
          sums.values().stream().filter(kept::add).forEach(scope::keep);
          used.forEach(Tensor::close);
        }
      }
      return leaves.stream().map(leaf -> sums.getOrDefault(leaf, new Tensor())).toList();
    }

    /** Sends gradients from {@code outputs} to the leaves and to what segments before end left. */
    private void spread(List<Tensor> outputs, List<Tensor> arriving, int end) {
      List<Tensor> targets = new ArrayList<>(leaves);
      segments.subList(0, end).forEach(s -> targets.addAll(s.outputs()));
      collect(targets, differentiate(outputs, targets, arriving));
    }

    private void collect(List<Tensor> targets, List<Tensor> gradients) {
      for (int i = 0; i < targets.size(); i++) {
        if (gradients.get(i).defined()) {
          sums.merge(targets.get(i), gradients.get(i), Tensor::add);
        }
      }
    }

    /**
     * Computes segment {@code i} once more and sends the gradients at its outputs through it.
     *
     * @return those gradients, which nothing needs any more
     */
    private List<Tensor> again(int i) {
      Segment segment = segments.get(i);
      if (segment.outputs().stream().noneMatch(sums::containsKey)) {
        return List.of();
      }
      List<Tensor> inputs = new ArrayList<>();
      List<Integer> open = new ArrayList<>();
      for (int j = 0; j < segment.inputs().size(); j++) {
        Tensor input = segment.inputs().get(j);
        Tensor own = input.detach();
        if (input.requires_grad()) {
          own.set_requires_grad(true);
          open.add(j);
        }
        inputs.add(own);
      }
      List<Tensor> outputs = new ArrayList<>();
      List<Tensor> arriving = new ArrayList<>();
      List<Tensor> computed = segment.work().apply(inputs);
      for (int j = 0; j < computed.size(); j++) {
        Tensor gradient = sums.remove(segment.outputs().get(j));
        if (gradient != null && computed.get(j).requires_grad()) {
          outputs.add(computed.get(j));
          arriving.add(gradient);
        }
      }
      if (outputs.isEmpty()) {
        return arriving;
      }
      List<Tensor> targets = new ArrayList<>(leaves);
      open.forEach(j -> targets.add(inputs.get(j)));
      List<Tensor> gradients = differentiate(outputs, targets, arriving);
      collect(leaves, gradients.subList(0, leaves.size()));
      for (int k = 0; k < open.size(); k++) {
        passOn(segment.inputs().get(open.get(k)), gradients.get(leaves.size() + k), i);
      }
      return arriving;
    }

    /**
     * Goes on to the segment that made {@code input}, or through whatever was recorded before it.
     */
    private void passOn(Tensor input, Tensor gradient, int end) {
      if (!gradient.defined()) {
        return;
      }
      if (input.is_leaf()) {
        sums.merge(input, gradient, Tensor::add);
      } else {
        spread(List.of(input), List.of(gradient), end);
      }
    }
  }

  /** The graph is kept: what lies outside of the segments may be asked again. */
  private static List<Tensor> differentiate(
      List<Tensor> outputs, List<Tensor> targets, List<Tensor> arriving) {
    TensorVector all =
        torch.grad(
            new TensorVector(outputs.toArray(Tensor[]::new)),
            new TensorVector(targets.toArray(Tensor[]::new)),
            new TensorVector(arriving.toArray(Tensor[]::new)),
            new BoolOptional(true),
            false,
            true);
    List<Tensor> gradients = new ArrayList<>(targets.size());
    for (int i = 0; i < targets.size(); i++) {
      gradients.add(new Tensor(all.get(i)));
    }
    return gradients;
  }
}
