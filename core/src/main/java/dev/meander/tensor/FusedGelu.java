package dev.meander.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.OperatorName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * {@code gelu(x W^T + b)} with the tanh approximation as one kernel, oneDNN's: what the product
 * leaves is still in the cache where the activation reads it. The kernel has no backward pass, so
 * this is for passes that are not recorded, in float32 on the CPU: there it differs from the two
 * operations by float32's rounding alone.
 */
public final class FusedGelu {
  static {
    Natives.prepare();
  }

  private static final String NAME = "mkldnn::_linear_pointwise";

  /** Elements of an output from which on the kernel saves more than calling it costs. */
  private static final long LEAST = 1 << 17;

  private static final int SCALARS = 4; // place of the activation's numbers, of which gelu has none

  private FusedGelu() {}

  /** Whether the engine was built with oneDNN. */
  private static final class Kernel {
    static final boolean IS_THERE = isThere();

    private static boolean isThere() {
      try (PointerScope scope = new PointerScope()) { // a Scope's end would count as a reading
        return Dispatcher.singleton().findSchema(new OperatorName(NAME, "")).has_value();
      }
    }
  }

  /** Whether {@link #of} is the way to compute this in the pass that is under way. */
  public static boolean fits(Tensor x, Tensor weight) {
    return (MemoryMeter.reads() || x.numel() / weight.size(1) * weight.size(0) >= LEAST)
        && Engine.onHost()
        && !Autograd.records()
        && !Recompute.isUnderWay() // whose second pass is recorded and must be the same
        && x.scalar_type().intern() == ScalarType.Float
        && Kernel.IS_THERE;
  }

  /**
   * The activated product.
   *
   * @param x [..., in], float32 on the CPU
   * @param weight [out, in]
   * @param bias [out]
   * @return [..., out]
   */
  public static Tensor of(Tensor x, Tensor weight, Tensor bias) {
    OperatorHandle kernel = Dispatcher.singleton().findSchemaOrThrow(NAME, "");
    GenericList none =
        new GenericList(
            kernel.schema().arguments().getPointer(SCALARS).type().get().containedType(0));
    IValueVector stack =
        new IValueVector(
            new IValue(x),
            new IValue(weight),
            new IValue(bias),
            new IValue("gelu"),
            new IValue(none),
            new IValue("tanh"));
    kernel.callBoxed(stack);
    return stack.get(0).toTensor();
  }
}
