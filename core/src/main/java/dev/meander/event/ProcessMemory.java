package dev.meander.event;

import dev.meander.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * The memory of this process as the operating system counts it, engine and JVM together, and that
 * of the GPU it computes on.
 */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final double KIB_PER_MIB = 1024;

  private ProcessMemory() {}

  /** Now; fields are NaN where the system does not tell. */
  public static Event.MemoryMeasured measure(long step) {
    double device = Engine.deviceMebibytes().orElse(Double.NaN);
    try {
      String status = Files.exists(STATUS) ? Files.readString(STATUS) : "";
      return new Event.MemoryMeasured(
          step,
          mebibytes(status, "VmRSS:").orElse(Double.NaN),
          mebibytes(status, "VmHWM:").orElse(Double.NaN),
          device);
    } catch (IOException e) {
      return new Event.MemoryMeasured(step, Double.NaN, Double.NaN, device);
    }
  }

  static OptionalDouble mebibytes(String status, String field) {
    return status
        .lines()
        .filter(line -> line.startsWith(field))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / KIB_PER_MIB)
        .findFirst();
  }
}
