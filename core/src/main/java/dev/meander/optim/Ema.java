package dev.meander.optim;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The exponential moving average of the weights, kept beside them as a snapshot: {@code average +=
 * (1 - decay) * (weight - average)}.
 *
 * <p>{@link #close} frees the average.
 */
public final class Ema implements AutoCloseable {
  /** The snapshot's name. */
  public static final String NAME = "ema";

  private static final String UPDATES = "updates";

  private final EmaConfig config;
  private final Snapshots snapshots;
  private long updates;

  /** Starts from the present weights, as a snapshot among others. */
  public Ema(Snapshots snapshots, EmaConfig config) {
    this.config = config;
    this.snapshots = snapshots;
    snapshots.take(NAME);
  }

  /** Starts from the present weights. */
  public Ema(Map<String, Tensor> parameters, EmaConfig config) {
    this(new Snapshots(parameters), config);
  }

  /** Counts one optimizer update; every {@code every}th changes the averages. */
  public void update() {
    long before = updates++;
    if (updates % config.every() == 0) {
      snapshots.blend(NAME, config.decayAfter(before));
    }
  }

  /**
   * Exchanges weights and averages until the result is closed: {@code try (Snapshots.Use use =
   * ema.use()) { evaluate(); }}.
   */
  public Snapshots.Use use() {
    return snapshots.use(NAME);
  }

  /** The averages by their parameters' names: live tensors, not copies. */
  public Map<String, Tensor> averages() {
    return snapshots.values(NAME);
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
    snapshots.drop(NAME);
  }
}
