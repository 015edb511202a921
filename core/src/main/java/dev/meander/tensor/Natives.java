package dev.meander.tensor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.LoggerFactory;

/**
 * What native libraries are told before they load, so that no program has to: they read system
 * properties, once, when their first class is initialised. What is set already stays as it is.
 */
public final class Natives {
  static final String BLAS = "org.bytedeco.openblas.load";
  static final String MAX_BYTES = "org.bytedeco.javacpp.maxBytes";
  static final String MAX_PHYSICAL_BYTES = "org.bytedeco.javacpp.maxPhysicalBytes";
  static final String TELEMETRY = "OPT_OUT_TRACKING";

  private static final boolean CHOSE_MKL;
  private static final AtomicBoolean TOLD = new AtomicBoolean();

  static {
    set(MAX_BYTES, "0"); // scopes free native memory; the limits derive from the Java heap's size
    set(MAX_PHYSICAL_BYTES, "0");
    // OpenBLAS's threads and OpenMP's spin against each other: MKL is several times faster.
    CHOSE_MKL = mklIsHere() && set(BLAS, "mkl");
    // DJL's tokenizers report their use to their makers from some clouds, unless told not to.
    if (System.getenv(TELEMETRY) == null) {
      set(TELEMETRY, "true");
    }
  }

  private Natives() {}

  /**
   * To be called before the first use of any class of JavaCPP, OpenCV or the tokenizers: sets the
   * system properties {@value #BLAS} (to {@code mkl}, where MKL's libraries are on the class path),
   * {@value #MAX_BYTES}, {@value #MAX_PHYSICAL_BYTES} and {@value #TELEMETRY}, unless they are set.
   * The classes of this package do so themselves.
   */
  public static void prepare() {
    // The static initialiser did it.
  }

  /**
   * Runs {@code loading}, which loads native libraries through JavaCPP for the first time in this
   * process: while they are being unpacked, other processes of the machine wait.
   *
   * @param library its name
   */
  public static void load(String library, Runnable loading) {
    Unpacking.guard(library, loading);
  }

  private static boolean set(String property, String value) {
    // JavaCPP reads some of its properties in small letters too.
    String given = System.getProperty(property.toLowerCase(Locale.ROOT));
    if (System.getProperty(property, given) != null) {
      return false;
    }
    System.setProperty(property, value);
    return true;
  }

  /** Whether MKL's libraries for this platform are on the class path. */
  private static boolean mklIsHere() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String file =
        !System.getProperty("os.arch").equals("amd64")
            ? null
            : os.startsWith("linux")
                ? "org/bytedeco/mkl/linux-x86_64/libmkl_rt.so.2"
                : os.startsWith("windows") ? "org/bytedeco/mkl/windows-x86_64/mkl_rt.2.dll" : null;
    return file != null && Natives.class.getClassLoader().getResource(file) != null;
  }

  /** Loads the engine and logs one warning where a program had initialised it before. */
  static void load() {
    Unpacking.guard("engine", torch::get_num_threads);
    List<String> ignored = ignored();
    if (!ignored.isEmpty() && !TOLD.getAndSet(true)) {
      LoggerFactory.getLogger(Natives.class)
          .warn(
              "JavaCPP was in use before Meander could configure it: {}. Call"
                  + " dev.meander.tensor.Natives.prepare() before any class of org.bytedeco is used",
              String.join("; ", ignored));
    }
  }

  /** What the libraries did not read, because they were initialised before. */
  private static List<String> ignored() {
    List<String> ignored = new ArrayList<>();
    if (CHOSE_MKL && MklThreads.library().isEmpty()) {
      ignored.add("matrix products run on OpenBLAS, several times slower than MKL");
    }
    if (unread(MAX_BYTES, Pointer.maxBytes())
        || unread(MAX_PHYSICAL_BYTES, Pointer.maxPhysicalBytes())) {
      ignored.add("native memory is limited by the size of the Java heap");
    }
    return ignored;
  }

  private static boolean unread(String property, long limit) {
    return "0".equals(System.getProperty(property)) && limit > 0;
  }

  /** The version of the engine's Java interface, of which the first part is libtorch's. */
  static Optional<String> engineVersion() {
    String manifest = torch.class.getPackage().getImplementationVersion();
    if (manifest != null) {
      return Optional.of(manifest);
    }
    // A jar of everything has its own manifest, but keeps the properties.
    try (var in =
        torch.class.getResourceAsStream("/META-INF/maven/org.bytedeco/pytorch/pom.properties")) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return Optional.ofNullable(properties.getProperty("version"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
