package dev.meander.optim;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The exponential moving average of the weights, kept beside them: {@code average += (1 - decay) *
 * (weight - average)}.
 *
 * <p>Averages outlive the scopes that they are made in; {@link #close} frees them.
 */
public final class Ema implements AutoCloseable {
  private static final String UPDATES = "updates";

  private final EmaConfig config;
  private final Map<String, Tensor> parameters;
  private final Map<String, Tensor> averages = new LinkedHashMap<>();
  private long updates;
  private boolean swapped;

  /** Starts from the present weights. */
  public Ema(Map<String, Tensor> parameters, EmaConfig config) {
    this.config = config;
    this.parameters = new LinkedHashMap<>(parameters);
    Autograd.noGrad(
        () ->
            parameters.forEach(
                (name, parameter) ->
                    averages.put(name, StateTensors.own(parameter.detach().clone()))));
  }

  /** Counts one optimizer update; every {@code every}th changes the averages. */
  public void update() {
    requireNotSwapped();
    long before = updates++;
    if (updates % config.every() != 0) {
      return;
    }
    double share = 1 - config.decayAfter(before);
    Autograd.noGrad(
        () ->
            averages.forEach(
                (name, average) -> {
                  try (Scope scope = new Scope()) {
                    average.lerp_(parameters.get(name), new Scalar(share));
                  }
                }));
  }

  /**
   * Exchanges weights and averages until the result is closed: {@code try (Ema.Swap swap =
   * ema.swapIn()) { evaluate(); }}.
   */
  public Swap swapIn() {
    requireNotSwapped();
    exchange();
    swapped = true;
    return new Swap();
  }

  /** Averages in the place of the weights; closing it, also twice, restores the weights. */
  public final class Swap implements AutoCloseable {
    private boolean open = true;

    private Swap() {}

    @Override
    public void close() {
      if (open) {
        exchange();
        swapped = false;
        open = false;
      }
    }
  }

  private void exchange() {
    Autograd.noGrad(
        () ->
            averages.forEach(
                (name, average) -> {
                  try (Scope scope = new Scope()) {
                    Tensor parameter = parameters.get(name);
                    Tensor weight = parameter.detach().clone();
                    parameter.copy_(average);
                    average.copy_(weight);
                  }
                }));
  }

  private void requireNotSwapped() {
    if (swapped) {
      throw new IllegalStateException(
          "the averages stand in for the weights; close the swap first");
    }
  }

  /** The averages by their parameters' names: live tensors, not copies. */
  public Map<String, Tensor> averages() {
    requireNotSwapped();
    return new LinkedHashMap<>(averages);
  }

  /** The averages, and the number of updates as the int64 tensor {@code updates}. */
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = averages();
    state.put(UPDATES, Tensors.of(new long[] {updates}));
    return state;
  }

  /**
   * Restores what {@link #state} gave.
   *
   * @throws dev.meander.config.UserError listing everything that does not fit
   */
  public void load(Map<String, Tensor> saved) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> present = state();
      Autograd.noGrad(() -> StateTensors.restore("EMA", present, saved));
      updates = present.get(UPDATES).item_long();
    }
  }

  @Override
  public void close() {
    averages.values().forEach(Tensor::close);
    averages.clear();
  }
}
