package dev.meander.distributed;

import static org.bytedeco.pytorch.global.torch.torch_empty;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import dev.meander.config.UserError;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/**
 * Peers over libtorch's c10d. Gloo carries what is small and everything in the host's memory, NCCL
 * the tensors of GPUs. What c10d does not forgive is kept from it here: only flat, contiguous
 * buffers, of sizes and dtypes that all processes have compared before, from one thread.
 *
 * <p>Every exchange begins with a head that all gather: where each process is in the run and how it
 * stands. Only when all heads fit do bytes follow.
 */
final class C10d implements Peers {
  /** Longer than any run: a process that is slow is not one that is lost. */
  private static final long FOREVER = TimeUnit.DAYS.toMillis(365);

  private static final Duration PARTING = Duration.ofSeconds(10);
  private static final long SPIN_NANOS = 200_000;
  private static final long NAP_NANOS = 500_000;
  private static final int CHUNK = 256 << 20;

  private enum Kind {
    AGREE,
    GATHER,
    EXACT_SUM,
    FAST_SUM,
    DEAL,
    BROADCAST_BYTES,
    BROADCAST,
    END
  }

  /**
   * What a process says before an exchange.
   *
   * @param sequence counts exchanges
   * @param kind which it is
   * @param what a hash of its name
   * @param length its own elements or bytes
   * @param shape what must be equal on all processes
   * @param status its severity
   * @param message the bytes of its message
   */
  private record Head(
      long sequence, long kind, long what, long length, long shape, long status, long message) {
    private static final int SIZE = 7;

    private long[] numbers() {
      return new long[] {sequence, kind, what, length, shape, status, message};
    }

    private static Head of(long[] n, int at) {
      return new Head(n[at], n[at + 1], n[at + 2], n[at + 3], n[at + 4], n[at + 5], n[at + 6]);
    }

    private boolean fits(Head other) {
      return sequence == other.sequence
          && kind == other.kind
          && what == other.what
          && shape == other.shape;
    }
  }

  private final Launch launch;
  private final C10dStore store;
  private final C10dPulse pulse;
  private final Backend control;
  private final Backend data;
  private final Thread owner = Thread.currentThread();
  // Freeing a group whose other processes are gone may hang, in the garbage collector's thread too.
  private static final List<C10d> ABANDONED = new CopyOnWriteArrayList<>();

  private long sequence;
  private long waited; // nanoseconds, as the next two
  private long summed;
  private long moved;
  private boolean lost;
  private boolean closed;

  private C10d(Launch launch, C10dStore store, C10dPulse pulse, Backend control, Backend data) {
    this.launch = launch;
    this.store = store;
    this.pulse = pulse;
    this.control = control;
    this.data = data;
  }

  /** See {@link Launch#join}. */
  static Peers join(Launch launch, DistributedConfig config) {
    Duration patience = Duration.ofSeconds(config.startTimeout());
    C10dStore store = C10dStore.meet(launch, patience);
    C10dPulse pulse = C10dPulse.start(launch, store, config.timeout());
    Backend control = group("control", store, patience, () -> gloo(launch, store, patience));
    Backend data =
        Engine.onHost() || shared(launch, store)
            ? control
            : group("data", store, patience, () -> nccl(launch, store, config));
    return new C10d(launch, store, pulse, control, data);
  }

  private static Backend group(
      String name, C10dStore store, Duration patience, Supplier<Backend> connected) {
    try {
      return C10dStore.within(
          patience,
          connected::get,
          () ->
              new UserError(
                  "not all processes could be connected within " + patience.toSeconds() + " s"));
    } catch (UserError e) {
      throw e;
    } catch (RuntimeException e) {
      throw new UserError(
          "the processes met, but cannot be connected (the group %s: %s); a firewall may be between them, or GLOO_SOCKET_IFNAME has to name the network's interface"
              .formatted(name, Engine.firstLine(e)),
          e);
    }
  }

  private static Backend gloo(Launch launch, C10dStore store, Duration patience) {
    ProcessGroupGloo.Options options = glooOptions(launch, new Milliseconds(patience.toMillis()));
    ProcessGroupGloo group =
        quietly(
            () ->
                new ProcessGroupGloo(
                    store.prefixed("control"), launch.rank(), launch.size(), options));
    group.setTimeout(new Milliseconds(FOREVER));
    return group;
  }

  private static ProcessGroupGloo.Options glooOptions(Launch launch, Milliseconds timeout) {
    String address = C10dStore.address(launch);
    if (!Platform.isLinux() || System.getenv("GLOO_SOCKET_IFNAME") != null || address.isEmpty()) {
      return ProcessGroupGloo.Options.create_default(timeout);
    }
    // Gloo alone would look its own host's name up, which may lead to the loopback.
    ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(timeout);
    GlooDeviceVector devices = new GlooDeviceVector();
    devices.push_back(ProcessGroupGloo.createDeviceForHostname(address));
    return options.devices(devices);
  }

  private static Backend nccl(Launch launch, C10dStore store, DistributedConfig config) {
    ProcessGroupNCCL.Options options = ProcessGroupNCCL.Options.create(false);
    // Lost processes are noticed here first: NCCL's own way is to abort this one.
    options.timeout(
        new Milliseconds(TimeUnit.SECONDS.toMillis(2L * config.timeout() + PARTING.toSeconds())));
    return new ProcessGroupNCCL(store.prefixed("data"), launch.rank(), launch.size(), options);
  }

  /** Whether two processes have one GPU, which NCCL refuses: tensors go through the host. */
  private static boolean shared(Launch launch, C10dStore store) {
    Set<String> devices = new HashSet<>();
    for (int r = 0; r < launch.size(); r++) {
      devices.add(store.who(r).machine() + " " + store.who(r).device());
    }
    return devices.size() < launch.size();
  }

  /** What the C library has and Java has not. */
  interface CLibrary extends Library {
    int open(String path, int flags);

    int dup(int file);

    int dup2(int from, int to);

    int close(int file);
  }

  private static final int WRITE_ONLY = 1;
  private static int quiet;
  private static int output;

  /** Gloo greets on standard output, which is for results. */
  private static <T> T quietly(Supplier<T> work) {
    if (Platform.isWindows()) {
      return work.get();
    }
    CLibrary c = Native.load(Platform.C_LIBRARY_NAME, CLibrary.class);
    synchronized (C10d.class) {
      if (quiet++ == 0) {
        System.out.flush();
        output = c.dup(1);
        int nowhere = c.open("/dev/null", WRITE_ONLY);
        c.dup2(nowhere, 1);
        c.close(nowhere);
      }
    }
    try {
      return work.get();
    } finally {
      synchronized (C10d.class) {
        if (--quiet == 0) {
          c.dup2(output, 1);
          c.close(output);
        }
      }
    }
  }

  @Override
  public int rank() {
    return launch.rank();
  }

  @Override
  public int size() {
    return launch.size();
  }

  @Override
  public String name(int rank) {
    return store.name(rank);
  }

  @Override
  public void doing(String what) {
    pulse.doing(what);
  }

  @Override
  public Spent spent() {
    double second = TimeUnit.SECONDS.toNanos(1);
    return new Spent(waited / second, summed / second, moved / second);
  }

  // --- Exchanges
  // -----------------------------------------------------------------------------------

  private interface Body<T> {
    T of(List<Head> heads, Scope scope);
  }

  /** Heads, then what follows when they fit. */
  private <T> T exchange(Kind kind, String what, long length, long shape, Body<T> body) {
    try (Scope scope = new Scope()) {
      pulse.enter(++sequence);
      long started = System.nanoTime();
      List<Head> heads = heads(kind, what, length, shape, Status.WELL);
      long met = System.nanoTime();
      waited += met - started;
      if (heads.stream().anyMatch(h -> h.status() != 0)) {
        throw new PeerFailed(gravest(heads, Status.WELL, what));
      }
      if (heads.stream().anyMatch(C10d::ends)) {
        throw new PeerFailed(ended(heads));
      }
      if (!heads.stream().allMatch(heads.get(0)::fits)) {
        throw apart(kind + " of " + what + " (" + length + ", " + shape + ")", what);
      }
      T result = body.of(heads, scope);
      long took = System.nanoTime() - met;
      if (kind == Kind.EXACT_SUM || kind == Kind.FAST_SUM) {
        summed += took;
      } else {
        moved += took;
      }
      return result;
    } finally {
      pulse.leave();
    }
  }

  private List<Head> heads(Kind kind, String what, long length, long shape, Status own) {
    if (lost || closed || Thread.currentThread() != owner) {
      throw new IllegalStateException(
          lost
              ? "a process was lost: nothing can be exchanged any more"
              : closed ? "the exchanges are over" : "exchanges are for one thread");
    }
    Head head =
        new Head(
            sequence,
            kind.ordinal(),
            what.hashCode(),
            length,
            shape,
            own.kind().ordinal(),
            bytes(own.message()).length);
    Tensor mine = host(ScalarType.Long, Head.SIZE);
    new LongPointer(mine.data_ptr()).put(head.numbers());
    Tensor all = host(ScalarType.Long, (long) size() * Head.SIZE);
    await(control._allgather_base(all, mine), what);
    long[] numbers = new long[size() * Head.SIZE];
    new LongPointer(all.data_ptr()).get(numbers);
    List<Head> heads = new ArrayList<>();
    for (int r = 0; r < size(); r++) {
      heads.add(Head.of(numbers, r * Head.SIZE));
    }
    return heads;
  }

  private static boolean ends(Head head) {
    return head.kind() == Kind.END.ordinal();
  }

  /** Some processes have ended before the others, which then cannot exchange anything either. */
  private Status ended(List<Head> heads) {
    closed = true;
    ABANDONED.add(this);
    int first = 0;
    while (!ends(heads.get(first))) {
      first++;
    }
    return new Status(Status.Kind.FAILED, name(first) + " has ended early");
  }

  /** All processes come here together when one of them reports anything. */
  private Status gravest(List<Head> heads, Status own, String what) {
    List<byte[]> messages =
        ragged(bytes(own.message()), heads.stream().mapToLong(Head::message).toArray(), what);
    int worst = 0;
    for (int r = 1; r < size(); r++) {
      worst = heads.get(r).status() > heads.get(worst).status() ? r : worst;
    }
    return new Status(
        Status.Kind.values()[(int) heads.get(worst).status()],
        name(worst) + ": " + new String(messages.get(worst), StandardCharsets.UTF_8));
  }

  private IllegalStateException apart(String here, String what) {
    byte[] own = bytes(here);
    long[] lengths = new long[size()];
    Tensor mine = host(ScalarType.Long, 1);
    new LongPointer(mine.data_ptr()).put(new long[] {own.length});
    Tensor all = host(ScalarType.Long, size());
    await(control._allgather_base(all, mine), what);
    new LongPointer(all.data_ptr()).get(lengths);
    List<String> places = new ArrayList<>();
    for (byte[] place : ragged(own, lengths, what)) {
      places.add(name(places.size()) + " is at " + new String(place, StandardCharsets.UTF_8));
    }
    return new IllegalStateException("the processes went apart: " + String.join("; ", places));
  }

  private List<byte[]> ragged(byte[] own, long[] lengths, String what) {
    int longest = Math.toIntExact(Arrays.stream(lengths).max().orElse(0));
    List<byte[]> all = new ArrayList<>();
    if (longest == 0) {
      for (int r = 0; r < size(); r++) {
        all.add(new byte[0]);
      }
      return all;
    }
    Tensor mine = host(ScalarType.Byte, longest);
    new BytePointer(mine.data_ptr()).put(own);
    Tensor padded = host(ScalarType.Byte, (long) size() * longest);
    await(control._allgather_base(padded, mine), what);
    for (int r = 0; r < size(); r++) {
      byte[] one = new byte[Math.toIntExact(lengths[r])];
      new BytePointer(padded.data_ptr()).position((long) r * longest).get(one);
      all.add(one);
    }
    return all;
  }

  @Override
  public Status agree(String what, Status own) {
    try (Scope scope = new Scope()) {
      pulse.enter(++sequence);
      List<Head> heads = heads(Kind.AGREE, what, 0, 0, own);
      if (heads.stream().anyMatch(h -> h.status() != 0)) {
        return gravest(heads, own, what);
      }
      if (heads.stream().anyMatch(C10d::ends)) {
        return ended(heads);
      }
      if (!heads.stream().allMatch(heads.get(0)::fits)) {
        throw apart(Kind.AGREE + " on " + what, what);
      }
      return Status.WELL;
    } finally {
      pulse.leave();
    }
  }

  @Override
  public List<byte[]> gather(String what, byte[] own) {
    return exchange(
        Kind.GATHER,
        what,
        own.length,
        0,
        (heads, scope) -> ragged(own, heads.stream().mapToLong(Head::length).toArray(), what));
  }

  @Override
  public byte[] broadcast(String what, byte[] own) {
    boolean first = isFirst();
    return exchange(
        Kind.BROADCAST_BYTES,
        what,
        first ? own.length : 0,
        0,
        (heads, scope) -> {
          byte[] bytes = first ? own.clone() : new byte[Math.toIntExact(heads.get(0).length())];
          if (bytes.length > 0) {
            Tensor all = host(ScalarType.Byte, bytes.length);
            if (first) {
              new BytePointer(all.data_ptr()).put(bytes);
            }
            await(control.broadcast(new TensorVector(all), fromFirst()), what);
            new BytePointer(all.data_ptr()).get(bytes);
          }
          return bytes;
        });
  }

  private static BroadcastOptions fromFirst() {
    BroadcastOptions options = new BroadcastOptions();
    options.rootRank(0);
    return options;
  }

  @Override
  public void broadcast(String what, List<Tensor> tensors) {
    List<String> shapes = new ArrayList<>();
    for (Tensor t : tensors) {
      shapes.add(t.scalar_type().intern() + Arrays.toString(Tensors.shape(t)));
    }
    exchange(
        Kind.BROADCAST,
        what,
        tensors.size(),
        shapes.hashCode(),
        (heads, scope) -> {
          Autograd.noGrad(() -> tensors.forEach(t -> broadcast(t, what)));
          return null;
        });
  }

  /** Sends in pieces, as bytes: not every group knows every dtype. */
  private void broadcast(Tensor t, String what) {
    if (t.numel() == 0) {
      return;
    }
    try (Scope scope = new Scope()) {
      Tensor whole = t.detach().contiguous();
      Tensor bytes = whole.reshape(-1).view(ScalarType.Byte);
      for (long at = 0; at < bytes.numel(); at += CHUNK) {
        Tensor piece = bytes.narrow(0, at, Math.min(CHUNK, bytes.numel() - at));
        Tensor sent = t.is_cpu() ? piece : outbound(piece);
        Backend group = t.is_cpu() ? control : data;
        await(group.broadcast(new TensorVector(sent), fromFirst()), what);
        piece.copy_(sent);
      }
      t.detach().copy_(whole);
    }
  }

  @Override
  public void fastSum(String what, Tensor own) {
    TreeSum.requireFlat(own, own.numel());
    exchange(
        Kind.FAST_SUM,
        what,
        own.numel(),
        own.numel(),
        (heads, scope) -> {
          if (own.numel() > 0) {
            Tensor sent = outbound(own.detach());
            await(data.allreduce(new TensorVector(sent)), what);
            Autograd.noGrad(() -> own.copy_(sent));
          }
          return null;
        });
  }

  @Override
  public Tensor exactSum(String what, TreeSum own) {
    try (own) {
      long n = own.length();
      return exchange(
          Kind.EXACT_SUM,
          what,
          n,
          n * 31 + own.parts(),
          (heads, scope) -> scope.keep(Autograd.noGrad(() -> sum(what, own))));
    }
  }

  /**
   * Each process finishes the tree for a slice of the elements, then all gather the slices: nothing
   * is added but here.
   */
  private Tensor sum(String what, TreeSum own) {
    int parts = own.parts();
    long n = own.length();
    int size = size();
    long slice = (n + size - 1) / size;
    List<List<TreeSum.Node>> nodes = new ArrayList<>();
    LongVector sent = new LongVector(size);
    LongVector received = new LongVector(size);
    long total = 0;
    for (int r = 0; r < size; r++) {
      nodes.add(TreeSum.cover(parts, PartRange.of(parts, r, size)));
      sent.put(r, own.subtrees().size() * slice);
      received.put(r, nodes.get(r).size() * slice);
      total += nodes.get(r).size() * slice;
    }
    Tensor got = empty(total);
    await(data.alltoall_base(got, slices(own, slice), received, sent), what);
    own.close();
    Map<TreeSum.Node, Tensor> known = new HashMap<>();
    long at = 0;
    for (List<TreeSum.Node> ofOne : nodes) {
      for (TreeSum.Node node : ofOne) {
        known.put(node, got.narrow(0, at, slice));
        at += slice;
      }
    }
    Tensor mine = TreeSum.finish(parts, known::get);
    Tensor all = empty(slice * size);
    await(data._allgather_base(all, mine), what);
    return inbound(all.narrow(0, 0, n));
  }

  /** The subtrees' values, flat: for each process in turn its slice of each subtree. */
  private Tensor slices(TreeSum own, long slice) {
    int count = own.subtrees().size();
    if (count == 0) {
      return empty(0);
    }
    Tensor rows = empty(count * slice * size()).zero_().view(count, slice * size());
    for (int k = 0; k < count; k++) {
      rows.select(0, k).narrow(0, 0, own.length()).copy_(own.subtrees().get(k));
    }
    return rows.view(count, size(), slice).transpose(0, 1).contiguous().view(-1);
  }

  @Override
  public Tensor deal(String what, Tensor own, long[][] counts) {
    TreeSum.requireFlat(own, Arrays.stream(counts[rank()]).sum());
    return exchange(
        Kind.DEAL,
        what,
        own.numel(),
        Arrays.deepHashCode(counts),
        (heads, scope) -> {
          LongVector sent = new LongVector(size());
          LongVector received = new LongVector(size());
          long total = 0;
          for (int r = 0; r < size(); r++) {
            sent.put(r, counts[rank()][r]);
            received.put(r, counts[r][rank()]);
            total += counts[r][rank()];
          }
          Tensor got = empty(total);
          await(data.alltoall_base(got, outbound(own.detach()), received, sent), what);
          return scope.keep(inbound(got));
        });
  }

  // --- Buffers
  // -------------------------------------------------------------------------------------

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Tensor host(ScalarType type, long n) {
    return torch_empty(new long[] {n}, Tensors.options(type), new MemoryFormatOptional());
  }

  private boolean throughHost() {
    return !Engine.onHost() && data == control;
  }

  /** A float buffer where the group for data takes it. */
  private Tensor empty(long n) {
    return torch_empty(
        new long[] {n},
        throughHost() ? Tensors.options(ScalarType.Float) : Flat.options(),
        new MemoryFormatOptional());
  }

  private Tensor outbound(Tensor t) {
    return throughHost() ? t.cpu() : t;
  }

  private Tensor inbound(Tensor t) {
    return throughHost() ? Tensors.placed(t) : t;
  }

  // --- Waiting
  // -------------------------------------------------------------------------------------

  private void await(Work work, String what) {
    try {
      long started = System.nanoTime();
      while (!work.isCompleted()) {
        if (System.nanoTime() - started < SPIN_NANOS) {
          Thread.onSpinWait();
        } else {
          TimeUnit.NANOSECONDS.sleep(NAP_NANOS);
          pulse.check(what);
        }
      }
      work._wait();
    } catch (PeerLost e) {
      abandon();
      throw e;
    } catch (RuntimeException e) {
      abandon();
      throw new PeerLost(
          "the connection broke at %s: %s ended or cannot be reached (%s)"
              .formatted(
                  what,
                  pulse.suspects(),
                  Engine.firstLine(e).replaceFirst("^\\[/.*?] ", "")), // not the place in Gloo
          e);
    } catch (InterruptedException e) {
      abandon();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted at " + what, e);
    }
  }

  private void abandon() {
    lost = true;
    ABANDONED.add(this);
  }

  @Override
  public void close() {
    if (closed || lost) {
      return; // what is left of c10d may hang or crash: the process is to end without it
    }
    try (Scope scope = new Scope()) {
      pulse.enter(++sequence);
      boolean all = heads(Kind.END, "the end", 0, 0, Status.WELL).stream().allMatch(C10d::ends);
      pulse.close();
      if (!all) {
        abandon();
        return; // the others are about to end by what they hear
      }
      // Process 0 keeps the store for as long as anybody's pulse may use it.
      control.barrier()._wait(new Milliseconds(PARTING.toMillis()));
    } catch (RuntimeException e) {
      abandon();
      return;
    } finally {
      closed = true;
    }
    if (data != control) {
      data.close();
    }
    control.close();
    store.close();
  }
}
