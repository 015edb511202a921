package dev.meander.fuzz;

import com.sun.management.ThreadMXBean;
import dev.meander.config.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads inputs and sees that nothing else comes of it than a right value or a clear message: no
 * other exception, no name of one, no hang, no memory beyond the order of the input.
 */
final class Watch implements AutoCloseable {
  /** Of computing; a busy machine may let a reader wait. */
  private static final long PATIENCE_MILLIS = 10_000;

  private static final long WAITING_MILLIS = 12 * PATIENCE_MILLIS;
  private static final long SOME_BYTES = 96L << 20;

  /** Deflate packs a thousand bytes into one, and pixels are copied some times. */
  private static final long BYTES_A_BYTE = 60_000;

  private static final Pattern INTERNAL =
      Pattern.compile(
          "\\b[A-Z]\\w*(Exception|Error)\\b|\\b(java|com|org|dev)\\.\\w+\\.\\w+|\\[Source: ");

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Path findings;
  private final Thread reader = Thread.currentThread();
  private final Thread watchman = new Thread(this::watch, "fuzz-watch");
  private volatile long since = Long.MAX_VALUE;
  private volatile long computed;
  private volatile String what;
  private volatile byte[] now;

  /** Watches this thread; findings are left in a folder. */
  Watch(Path findings) {
    this.findings = findings;
    watchman.setDaemon(true);
    watchman.start();
  }

  /** Reads an input; a finding is an AssertionError that names its file. */
  void read(Target target, byte[] input) {
    long most = SOME_BYTES + BYTES_A_BYTE * input.length;
    // At first, classes may have been loaded and instrumented.
    if (allocated(target, input) > most) {
      long took = allocated(target, input);
      if (took > most) {
        throw found(target.name(), input, took + " bytes were allocated for " + input.length, null);
      }
    }
  }

  /** Reads an input, and tells what was allocated for it. */
  private long allocated(Target target, byte[] input) {
    what = target.name();
    now = input;
    computed = threads.getCurrentThreadCpuTime();
    since = System.currentTimeMillis();
    long before = threads.getCurrentThreadAllocatedBytes();
    try {
      target.reader().read(input);
    } catch (UserError e) {
      String fault = fault(e.getMessage(), new String(input, StandardCharsets.UTF_8));
      if (!fault.isEmpty()) {
        throw found(target.name(), input, fault + ": " + e.getMessage(), e);
      }
    } catch (Throwable e) {
      throw found(target.name(), input, String.valueOf(e), e);
    } finally {
      since = Long.MAX_VALUE;
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  /** What is wrong with a message; names that the input itself has are no fault. */
  private static String fault(String message, String input) {
    if (message == null || message.isBlank()) {
      return "there is no message";
    }
    Matcher matcher = INTERNAL.matcher(message);
    while (matcher.find()) {
      if (!input.contains(matcher.group())) {
        return "the message names " + matcher.group();
      }
    }
    return message.length() > 50_000 + 30L * input.length() ? "the message is too long" : "";
  }

  private AssertionError found(String target, byte[] input, String fault, Throwable cause) {
    try {
      Files.createDirectories(findings.resolve(target));
      Path file =
          findings.resolve(target).resolve("%08x".formatted(java.util.Arrays.hashCode(input)));
      Files.write(file, input);
      String shown = fault.length() > 2000 ? fault.substring(0, 2000) : fault;
      return new AssertionError(target + ": " + shown + "\n  input: " + file, cause);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(500);
        long waited = System.currentTimeMillis() - since;
        long computing = (threads.getThreadCpuTime(reader.getId()) - computed) / 1_000_000;
        if (waited > PATIENCE_MILLIS && computing > PATIENCE_MILLIS || waited > WAITING_MILLIS) {
          Throwable at = new Throwable("here");
          at.setStackTrace(reader.getStackTrace());
          AssertionError error = found(what, now, "no end after " + computing + " ms", at);
          error.printStackTrace();
          Runtime.getRuntime().halt(3); // nothing else ends a thread that computes
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    watchman.interrupt();
  }
}
