package dev.meander.tensor;

import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.OperatorHandleOptional;
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

  /**
   * Elements of an output from which on the kernel is used. It would be faster from a sixteenth of
   * them on, but then the bits of earlier runs would change.
   */
  private static final long LEAST = 1 << 17;

  private static final int SCALARS = 4; // place of the activation's numbers, of which gelu has none

  private FusedGelu() {}

  /** The operator and those of its arguments that never change. */
  private record Kernel(
      OperatorHandle operator, IValue activation, IValue scalars, IValue algorithm) {
    /** Empty when the engine was built without oneDNN. */
    static final Optional<Kernel> FOUND = find();

    private static Optional<Kernel> find() {
      try (PointerScope scope = new PointerScope()) { // a Scope's end would count as a reading
        OperatorHandleOptional found =
            Dispatcher.singleton().findSchema(new OperatorName(NAME, ""));
        if (!found.has_value()) {
          return Optional.empty();
        }
        OperatorHandle operator = new OperatorHandle(found.get());
        GenericList none =
            new GenericList(
                operator.schema().arguments().getPointer(SCALARS).type().get().containedType(0));
        return Optional.of(
            new Kernel(
                kept(operator),
                kept(new IValue("gelu")),
                kept(new IValue(none)),
                kept(new IValue("tanh"))));
      }
    }

    /** Stays as long as the process: no scope or collector frees it, and it does not count. */
    private static <P extends Pointer> P kept(P object) {
      object.retainReference();
      object.deallocate(false);
      return object;
    }
  }

  /** Whether {@link #of} is the way to compute this in the pass that is under way. */
  public static boolean fits(Tensor x, Tensor weight) {
    return (MemoryMeter.reads() || x.numel() / weight.size(1) * weight.size(0) >= LEAST)
        && Engine.onHost()
        && !Autograd.records()
        && !Recompute.isUnderWay() // whose second pass is recorded and must be the same
        && x.scalar_type().intern() == ScalarType.Float
        && Kernel.FOUND.isPresent();
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
    Kernel kernel = Kernel.FOUND.orElseThrow();
    IValueVector stack =
        new IValueVector(
            new IValue(x),
            new IValue(weight),
            new IValue(bias),
            kernel.activation(),
            kernel.scalars(),
            kernel.algorithm());
    kernel.operator().callBoxed(stack);
    return stack.get(0).toTensor();
  }
}
