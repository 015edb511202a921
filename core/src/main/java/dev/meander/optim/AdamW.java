package dev.meander.optim;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * AdamW with decoupled weight decay (arXiv 1711.05101, algorithm 2), operation by operation as
 * PyTorch's:
 *
 * <pre>
 *   p = p*(1 - lr*decay)
 *   m = m + (1-beta1)*(g - m)          v = beta2*v + (1-beta2)*g^2
 *   p = p - lr/(1-beta1^t) * m / (sqrt(v)/sqrt(1-beta2^t) + eps)
 * </pre>
 *
 * <p>Parameters without a gradient are left alone, and their step count with them. Moments outlive
 * the scopes that they are made in; {@link #close} frees them.
 */
public final class AdamW implements AutoCloseable {
  private final AdamWConfig config;
  private final Map<String, Slot> slots = new LinkedHashMap<>();

  /** One parameter with its moments and the number of its updates. */
  private static final class Slot {
    final Tensor parameter;
    final Tensor firstMoment;
    final Tensor secondMoment;
    long step;

    Slot(Tensor parameter) {
      this.parameter = parameter;
      this.firstMoment = StateTensors.zerosLike(parameter);
      this.secondMoment = StateTensors.zerosLike(parameter);
    }
  }

  /**
   * Starts with zero moments.
   *
   * @param parameters the named leaf tensors, float32 or float64: small updates vanish in bf16
   */
  public AdamW(Map<String, Tensor> parameters, AdamWConfig config) {
    this.config = config;
    parameters.forEach(
        (name, parameter) -> {
          ScalarType type = parameter.scalar_type().intern();
          if (type != ScalarType.Float && type != ScalarType.Double) {
            throw new IllegalArgumentException(
                "parameter " + name + " is " + type + "; training needs float32 weights");
          }
        });
    Autograd.noGrad(
        () -> parameters.forEach((name, parameter) -> slots.put(name, new Slot(parameter))));
  }

  /** Updates every parameter that has a gradient. */
  public void step(double learningRate) {
    Autograd.noGrad(
        () -> {
          for (Slot slot : slots.values()) {
            try (Scope scope = new Scope()) {
              update(slot, learningRate);
            }
          }
        });
  }

  private void update(Slot slot, double learningRate) {
    Tensor gradient = Autograd.grad(slot.parameter);
    if (gradient == null) {
      return;
    }
    slot.step++;
    slot.parameter.mul_(new Scalar(1 - learningRate * config.weightDecay()));
    slot.firstMoment.lerp_(gradient, new Scalar(1 - config.beta1()));
    slot.secondMoment
        .mul_(new Scalar(config.beta2()))
        .addcmul_(gradient, gradient, new Scalar(1 - config.beta2()));
    double stepSize = learningRate / (1 - Math.pow(config.beta1(), slot.step));
    slot.parameter.addcdiv_(
        slot.firstMoment, rootOfSecondMoment(slot).add_(epsilon()), new Scalar(-stepSize));
  }

  private Tensor rootOfSecondMoment(Slot slot) {
    double correction = Math.sqrt(1 - Math.pow(config.beta2(), slot.step));
    return slot.secondMoment.sqrt().div_(new Scalar(correction));
  }

  private Scalar epsilon() {
    return new Scalar(config.epsilon());
  }

  /** Drops all gradients. */
  public void zeroGrad() {
    for (Slot slot : slots.values()) {
      try (Scope scope = new Scope()) {
        Autograd.clearGrad(slot.parameter);
      }
    }
  }

  /**
   * The moments and step counts, by name: {@code NAME.exp_avg}, {@code NAME.exp_avg_sq} (live
   * tensors, not copies) and {@code NAME.step} (int64).
   */
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    slots.forEach(
        (name, slot) -> {
          state.put(name + ".exp_avg", slot.firstMoment);
          state.put(name + ".exp_avg_sq", slot.secondMoment);
          state.put(name + ".step", Tensors.of(new long[] {slot.step}));
        });
    return state;
  }

  /**
   * Restores what {@link #state} gave; the next step is then the same as without the interruption.
   *
   * @throws dev.meander.config.UserError listing everything that does not fit
   */
  public void load(Map<String, Tensor> saved) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> present = state();
      Autograd.noGrad(() -> StateTensors.restore("optimizer", present, saved));
      slots.forEach((name, slot) -> slot.step = present.get(name + ".step").item_long());
    }
  }

  @Override
  public void close() {
    for (Slot slot : slots.values()) {
      slot.firstMoment.close();
      slot.secondMoment.close();
    }
    slots.clear();
  }
}
