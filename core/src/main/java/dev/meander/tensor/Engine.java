package dev.meander.tensor;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import dev.meander.config.UserError;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.SizeTPair;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/** Start-up of the tensor engine: thread counts and the settings that were measured to matter. */
public final class Engine {
  private static final double BYTES_PER_MIB = 1 << 20;

  static {
    Natives.prepare();
  }

  private static int threads;
  private static Workers workers = new Workers(1);
  private static volatile DeviceType device = DeviceType.CPU;
  private static volatile int localRank;

  private Engine() {}

  /** As {@link #start(int, int)} with as many workers as threads. */
  public static void start(int requested) {
    start(requested, 0);
  }

  /**
   * Loads the natives and fixes the number of threads of every pool.
   *
   * @param requested the threads in all; 0 means all processors
   * @param requestedWorkers the independent pieces of work at once, which share the threads; 0
   *     means one for every thread
   * @throws UserError when the natives cannot be loaded
   */
  public static synchronized void start(int requested, int requestedWorkers) {
    threads = requested > 0 ? requested : Runtime.getRuntime().availableProcessors();
    int count = requestedWorkers > 0 ? Math.min(requestedWorkers, threads) : threads;
    try {
      Natives.load();
      torch.set_num_threads(threads / count);
    } catch (UnsatisfiedLinkError e) {
      throw new UserError(unloadable(e));
    }
    MklThreads.set(threads / count);
    FreedMemory.keep();
    if (workers.count() != count) {
      workers.close();
      workers = new Workers(count);
    }
  }

  /** What the system's linker missed, which is in the last cause, after the path of a library. */
  static String unloadable(Throwable error) {
    Throwable last = error;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    String missing = firstLine(last).replaceFirst("^/.*?: ", "");
    return "the tensor engine cannot be loaded: "
        + missing
        + (missing.matches("lib(cu|nccl|nv).*")
            ? " (its build with CUDA, -Pgpu, needs CUDA 13 with CUPTI and cuFile, cuDNN 9 and NCCL 2; where they are not among the"
                + " system's libraries, name their folders in LD_LIBRARY_PATH)"
            : "");
  }

  /**
   * Chooses where tensors are made and models are loaded from now on: one device for the process.
   * To be called after {@link #start}: a GPU gets whole batches, from one worker.
   *
   * @throws UserError when the engine at hand cannot use it
   */
  public static void use(Hardware hardware) {
    if (hardware == Hardware.CUDA && !torch.cuda_is_available()) {
      throw new UserError(
          "the device cuda cannot be used: either this is the engine's build for the CPU (build Meander with"
              + " MEANDER_BUILD_OPTS=-Pgpu for the one with CUDA), or no GPU, driver or CUDA library was found;"
              + " found: cpu");
    }
    if (hardware == Hardware.CUDA) {
      start(threads, 1);
      // float32 is float32, and the same work gives the same bits.
      torch.globalContext().setAllowTF32CuDNN(false);
      torch.globalContext().setDeterministicCuDNN(true);
      // One kernel for rollout and update; cuDNN's also builds a graph for every new shape.
      torch.globalContext().setSDPUseCuDNN(false);
    }
    place(hardware == Hardware.CUDA ? DeviceType.CUDA : DeviceType.CPU);
  }

  /**
   * Chooses a GPU of several, before any is used: every process of a machine has its own.
   *
   * @param rank counts the processes on this machine, from 0
   */
  public static void localRank(int rank) {
    localRank = rank;
  }

  /**
   * The GPU of a process.
   *
   * @param rank counts the processes on this machine
   * @param visible how many GPUs it sees: all of the machine, or its own, which the launcher chose
   */
  static int gpu(int rank, int visible) {
    if (rank >= visible && visible != 1) {
      throw new UserError(
          "LOCAL_RANK is %d, so there are at least %d processes on this machine, but it has %d GPUs: start one for each"
              .formatted(rank, rank + 1, visible));
    }
    return Math.min(rank, visible - 1);
  }

  /** As {@link #use}, of any kind that the engine has: tests use one that computes shapes only. */
  static void place(DeviceType type) {
    device = type;
  }

  private static int gpu() {
    return localRank == 0 ? 0 : gpu(localRank, torch.cuda_device_count());
  }

  /** A new handle on the process's device. */
  public static Device device() {
    return device == DeviceType.CUDA ? new Device(device, (byte) gpu()) : new Device(device);
  }

  /** Whether tensors are in the process's own memory. */
  public static boolean onHost() {
    return device == DeviceType.CPU;
  }

  /** The threads for independent pieces of work; one before {@link #start}. */
  public static synchronized Workers workers() {
    return workers;
  }

  /** Waits for the work that was given to a GPU, so that its time can be told. */
  public static void synchronize() {
    if (device == DeviceType.CUDA) {
      torch.cuda_synchronize(gpu());
    }
  }

  /**
   * The memory of the GPU that is in use, in MiB, the engine's reserve included, which only grows;
   * none on the host.
   */
  public static OptionalDouble deviceMebibytes() {
    if (device != DeviceType.CUDA) {
      return OptionalDouble.empty();
    }
    try (SizeTPair freeAndTotal = torch.getMemoryInfo((byte) gpu())) {
      return OptionalDouble.of((freeAndTotal.second() - freeAndTotal.first()) / BYTES_PER_MIB);
    }
  }

  /** What the C library has and Java has not. */
  interface CLibrary extends Library {
    /** Ends the process and runs nothing more of it. */
    void _exit(int status);
  }

  /**
   * Ends the process at once. {@link Runtime#halt} is not enough: it runs the destructors of native
   * libraries, which crash when threads still compute in them and hang where they wait for another
   * process.
   */
  public static void leave(int status) {
    try {
      Native.load(Platform.C_LIBRARY_NAME, CLibrary.class)._exit(status);
    } finally {
      Runtime.getRuntime().halt(status);
    }
  }

  /** The number of threads that {@link #start} fixed. */
  public static int threads() {
    return threads;
  }

  /** The engine's version as its jar tells it, for provenance; nothing is loaded. */
  public static String version() {
    // Its Java interface has a version of its own behind libtorch's: 2.10.0-1.5.13.
    return "libtorch " + Natives.engineVersion().map(v -> v.split("-")[0]).orElse("unknown");
  }

  /** The first line of an engine error, without its C++ backtrace. */
  public static String firstLine(Throwable error) {
    String message = String.valueOf(error.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
