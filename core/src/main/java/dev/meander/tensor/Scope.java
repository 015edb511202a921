package dev.meander.tensor;

import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The lexical lifetime of native objects: everything that the engine allocates in this thread
 * between the constructor and {@link #close()} is freed at the close, except what {@link #keep} let
 * out.
 *
 * <p>One scope per training step keeps resident memory flat. Scopes nest; a kept object moves to
 * the enclosing scope, or lives until its own {@code close()} when there is none.
 */
public final class Scope implements AutoCloseable {
  static {
    Natives.prepare();
  }

  private final PointerScope parent = PointerScope.getInnerScope();
  private final PointerScope inner = MemoryMeter.scope();

  /**
   * The result of {@code work}, of which all else is freed at once: what is computed next finds
   * memory that is still in the cache.
   */
  public static Tensor only(Supplier<Tensor> work) {
    try (Scope scope = new Scope()) {
      return scope.keep(work.get());
    }
  }

  /** Lets {@code value} outlive this scope and returns it. */
  public <P extends Pointer> P keep(P value) {
    if (parent != null) {
      parent.attach(value);
    } else {
      value.retainReference();
    }
    return value;
  }

  /**
   * Takes over what another thread's outermost scope {@link #keep kept}: it is freed with this
   * thread's innermost scope, or lives until its own {@code close()} when there is none.
   */
  static <P extends Pointer> void adopt(P value) {
    PointerScope scope = PointerScope.getInnerScope();
    if (scope != null) {
      scope.attach(value);
      value.releaseReference();
    }
  }

  @Override
  public void close() {
    MemoryMeter.ending(inner);
    inner.close();
  }
}
