package dev.meander.tensor;

import java.util.Optional;
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

  private static final int SCALARS = 4; // place of the activation's numbers, of which gelu has none

  private FusedGelu() {}

  /** The engine's kernel and the arguments that are always the same. */
  private record Kernel(
      OperatorHandle operator, IValue activation, IValue scalars, IValue algorithm) {
    /** Empty where the engine was built without oneDNN. */
    static final Optional<Kernel> FOUND = find();

    private static Optional<Kernel> find() {
      try (Scope scope = new Scope()) {
        OperatorHandleOptional found =
            Dispatcher.singleton().findSchema(new OperatorName("mkldnn::_linear_pointwise", ""));
        if (!found.has_value()) {
          return Optional.empty();
        }
        OperatorHandle operator = new OperatorHandle(found.get());
        GenericList none =
            new GenericList(
                operator.schema().arguments().getPointer(SCALARS).type().get().containedType(0));
        Kernel kernel =
            new Kernel(operator, new IValue("gelu"), new IValue(none), new IValue("tanh"));
        // They stay as long as the process.
        kernel.operator().deallocate(false);
        kernel.activation().deallocate(false);
        kernel.scalars().deallocate(false);
        kernel.algorithm().deallocate(false);
        return Optional.of(kernel);
      }
    }
  }

  /** Whether {@link #of} computes the pass that is under way, of this input. */
  public static boolean fits(Tensor x) {
    return Engine.onHost()
        && !Autograd.records()
        && !Recompute.isUnderWay() // whose second pass is recorded and must be the same
        && x.scalar_type().intern() == ScalarType.Float
        && Kernel.FOUND.isPresent();
  }

  /**
   * The activated product.
   *
   * @param x [..., in], for which {@link #fits} says yes
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
