package dev.meander.optim;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Named copies of weights beside the weights themselves: a reference, a moving average, an old
 * policy.
 *
 * <p>A snapshot is used by exchanging its values with the weights, so that whatever holds the
 * weights computes with it. Snapshots outlive the scopes that they are made in; {@link #close}
 * frees them.
 */
public final class Snapshots implements AutoCloseable {
  private final Map<String, Tensor> parameters;
  private final Map<String, Map<String, Tensor>> all = new LinkedHashMap<>();
  private final Deque<String> inUse = new ArrayDeque<>();

  /** No snapshots yet of {@code parameters}. */
  public Snapshots(Map<String, Tensor> parameters) {
    this.parameters = new LinkedHashMap<>(parameters);
  }

  /** Copies the present weights to {@code name}; what it held before is gone. */
  public void take(String name) {
    requireNoneInUse();
    drop(name);
    Map<String, Tensor> copy = new LinkedHashMap<>();
    try (Scope scope = new Scope()) { // a detached handle, too, holds the weights' memory
      parameters.forEach((key, weight) -> copy.put(key, StateTensors.own(weight.detach().clone())));
    }
    all.put(name, copy);
  }

  /**
   * Moves a snapshot towards the weights: {@code snapshot += (1 - decay) * (weight - snapshot)}.
   */
  public void blend(String name, double decay) {
    requireNoneInUse();
    Scalar share = new Scalar(1 - decay);
    Map<String, Tensor> values = of(name);
    Autograd.noGrad(
        () ->
            values.forEach(
                (key, value) -> {
                  try (Scope scope = new Scope()) {
                    value.lerp_(parameters.get(key), share);
                  }
                }));
  }

  /** Runs {@code work} with a snapshot in the place of the weights. */
  public <T> T under(String name, Supplier<T> work) {
    try (Use use = use(name)) {
      return work.get();
    }
  }

  /**
   * Exchanges a snapshot and the weights until the result is closed. Another may be used within,
   * and ends before.
   */
  public Use use(String name) {
    if (inUse.contains(name)) {
      throw new IllegalStateException("the snapshot " + name + " is in use already");
    }
    exchange(of(name));
    inUse.push(name);
    return new Use(name);
  }

  /** A snapshot in the place of the weights; closing it, also twice, restores the weights. */
  public final class Use implements AutoCloseable {
    private final String name;
    private boolean open = true;

    private Use(String name) {
      this.name = name;
    }

    @Override
    public void close() {
      if (!open) {
        return;
      }
      if (!name.equals(inUse.peek())) {
        throw new IllegalStateException("close the snapshot " + inUse.peek() + " before " + name);
      }
      exchange(of(name));
      inUse.pop();
      open = false;
    }
  }

  private void exchange(Map<String, Tensor> values) {
    Autograd.noGrad(
        () ->
            values.forEach(
                (key, value) -> {
                  try (Scope scope = new Scope()) {
                    Tensor parameter = parameters.get(key);
                    Tensor weight = parameter.detach().clone();
                    parameter.copy_(value);
                    value.copy_(weight);
                  }
                }));
  }

  private Map<String, Tensor> of(String name) {
    Map<String, Tensor> values = all.get(name);
    if (values == null) {
      throw new IllegalStateException(
          "there is no snapshot %s; taken were %s".formatted(name, names()));
    }
    return values;
  }

  private void requireNoneInUse() {
    if (!inUse.isEmpty()) {
      throw new IllegalStateException(
          "the snapshot %s stands in for the weights; end its use first".formatted(inUse.peek()));
    }
  }

  /** The snapshots, in the order in which they were taken. */
  public List<String> names() {
    return new ArrayList<>(all.keySet());
  }

  /** A snapshot's values by their parameters' names: live tensors, not copies. */
  public Map<String, Tensor> values(String name) {
    requireNoneInUse();
    return new LinkedHashMap<>(of(name));
  }

  /** Frees a snapshot; none of that name is fine. */
  public void drop(String name) {
    requireNoneInUse();
    Map<String, Tensor> gone = all.remove(name);
    if (gone != null) {
      gone.values().forEach(Tensor::close);
    }
  }

  @Override
  public void close() {
    while (!inUse.isEmpty()) { // the weights outlive their snapshots
      exchange(of(inUse.pop()));
    }
    names().forEach(this::drop);
  }
}
