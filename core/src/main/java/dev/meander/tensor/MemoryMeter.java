package dev.meander.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutogradCompilerCall;
import org.bytedeco.pytorch.CompiledNodeArgs;
import org.bytedeco.pytorch.Edge;
import org.bytedeco.pytorch.Node;
import org.bytedeco.pytorch.NodeCall;
import org.bytedeco.pytorch.SizeInput;
import org.bytedeco.pytorch.Storage;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * Reads how many bytes the tensors of a piece of work occupy: those that its scopes hold, and those
 * that the engine saves for the backward pass.
 *
 * <p>Readings are taken whenever a {@link Scope} is about to end, because little is freed before.
 * The engine's allocator cannot be asked from Java, but the graph that is recorded for the backward
 * pass can: its nodes list what they have saved. What an operation makes and drops within itself,
 * forward or backward, is not seen.
 */
public final class MemoryMeter implements AutoCloseable {
  private static final String OF_A_LEAF = "AccumulateGrad";
  private static final ThreadLocal<MemoryMeter> CURRENT = new ThreadLocal<>();

  private final Hardware standsFor;
  private final Deque<Watched> open = new ArrayDeque<>();
  private final Map<Long, Recorded> graph = new HashMap<>();
  private final List<Long> readings = new ArrayList<>();

  private MemoryMeter(Hardware standsFor) {
    this.standsFor = standsFor;
  }

  /** A scope that remembers the tensors that came into it. */
  private static final class Watched extends PointerScope {
    private final List<Tensor> fresh = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();

    @Override
    public PointerScope attach(Pointer p) {
      if (p instanceof Tensor t) {
        fresh.add(t);
      }
      return super.attach(p);
    }
  }

  /** A tensor, the address and the bytes of its storage, and how it was made, if that matters. */
  private record Held(Tensor tensor, long storage, long bytes, Recorded made) {}

  /** A node of the graph: the bytes that it has saved by the storages' addresses. */
  private record Recorded(Node node, Map<Long, Long> saved, List<Recorded> from) {}

  /**
   * Does {@code work}, in this thread and in a scope of its own.
   *
   * @param standsFor the hardware whose ways of computing are taken, though it is the CPU that
   *     computes
   * @return bytes at the end of every scope; the last is that of all the work
   */
  public static List<Long> readings(Hardware standsFor, Runnable work) {
    try (MemoryMeter meter = new MemoryMeter(standsFor)) {
      CURRENT.set(meter);
      try (Scope scope = new Scope()) {
        work.run();
      }
      return meter.readings;
    }
  }

  /** As the other, of a forward pass and of what {@link Recompute} segments compute again. */
  public static List<Long> readings(
      Hardware standsFor, Supplier<Tensor> loss, List<Tensor> leaves) {
    return readings(standsFor, () -> Recompute.recorded(loss, leaves));
  }

  /** Whether operations on {@code x} are to be computed as the CPU does it best. */
  public static boolean asOnCpu(Tensor x) {
    MemoryMeter meter = CURRENT.get();
    return meter == null ? x.is_cpu() : meter.standsFor == Hardware.CPU;
  }

  /** Whether the pass that is under way is read: it may be a small one that stands for a large. */
  static boolean reads() {
    return CURRENT.get() != null;
  }

  @Override
  public void close() {
    CURRENT.remove();
    graph.values().forEach(r -> r.node().close());
  }

  static PointerScope scope() {
    MemoryMeter meter = CURRENT.get();
    if (meter == null) {
      return new PointerScope();
    }
    Watched scope = new Watched();
    meter.open.push(scope);
    return scope;
  }

  static void ending(PointerScope scope) {
    MemoryMeter meter = CURRENT.get();
    if (meter != null && meter.open.contains(scope)) {
      meter.readings.add(meter.read());
      meter.open.remove(scope);
    }
  }

  private long read() {
    Map<Long, Long> bytes = new HashMap<>();
    Set<Recorded> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Recorded> next = new ArrayDeque<>();
    try (PointerScope own = new PointerScope()) {
      for (Watched scope : open) {
        scope.fresh.stream().filter(MemoryMeter::holds).map(this::held).forEach(scope.held::add);
        scope.fresh.clear();
        for (Held held : scope.held) {
          if (!held.tensor().isNull()) {
            bytes.put(held.storage(), held.bytes());
            next.add(held.made());
          }
        }
      }
    }
    while (!next.isEmpty()) {
      Recorded node = next.remove();
      if (seen.add(node)) {
        bytes.putAll(node.saved());
        next.addAll(node.from());
      }
    }
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }

  private static boolean holds(Tensor tensor) {
    return !tensor.isNull() && tensor.defined();
  }

  private Held held(Tensor tensor) {
    Storage storage = tensor.storage();
    long address = storage.unsafeGetStorageImpl().address();
    return new Held(tensor, address, storage.nbytes(), recorded(tensor.grad_fn()));
  }

  /** What stands behind a tensor; nodes are kept, so that no other comes to their addresses. */
  private Recorded recorded(Node first) {
    Deque<Recorded> fresh = new ArrayDeque<>();
    Recorded result = look(first, fresh);
    while (!fresh.isEmpty()) {
      Recorded node = fresh.remove();
      for (long i = 0; i < node.node().num_outputs(); i++) {
        Edge edge = node.node().next_edge(i);
        if (edge.is_valid()) {
          node.from().add(look(edge.function(), fresh));
        }
      }
    }
    return result;
  }

  private Recorded look(Node node, Deque<Recorded> fresh) {
    if (node == null || node.isNull()) {
      return new Recorded(null, Map.of(), List.of());
    }
    return graph.computeIfAbsent(
        node.address(),
        address -> {
          node.retainReference();
          Recorded recorded = new Recorded(node, saved(node), new ArrayList<>());
          fresh.add(recorded);
          return recorded;
        });
  }

  private static Map<Long, Long> saved(Node node) {
    if (node.name().getString().endsWith(OF_A_LEAF)) {
      return Map.of(); // it would list the leaf itself, or not: nothing is saved for it
    }
    AutogradCompilerCall call = new AutogradCompilerCall(SizeInput.DynType.STATIC.value);
    node.compiled_args(new CompiledNodeArgs(call, new NodeCall(0, node)));
    TensorVector tensors = call.tensor_args().inputs();
    Map<Long, Long> saved = new HashMap<>();
    for (long i = 0; i < tensors.size(); i++) {
      Storage storage = tensors.get(i).storage();
      saved.put(storage.unsafeGetStorageImpl().address(), storage.nbytes());
    }
    return saved;
  }
}
