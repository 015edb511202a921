package dev.meander.event;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** The memory of this process as the operating system counts it, engine and JVM together. */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final double KIB_PER_MIB = 1024;

  private ProcessMemory() {}

  /**
   * Now; fields are NaN where the system does not tell.
   *
   * @param deviceMebibytes the memory of the GPU that the process computes on; NaN without one
   */
  public static Event.MemoryMeasured measure(long step, double deviceMebibytes) {
    try {
      String status = Files.exists(STATUS) ? Files.readString(STATUS) : "";
      return new Event.MemoryMeasured(
          step,
          mebibytes(status, "VmRSS:").orElse(Double.NaN),
          mebibytes(status, "VmHWM:").orElse(Double.NaN),
          deviceMebibytes);
    } catch (IOException e) {
      return new Event.MemoryMeasured(step, Double.NaN, Double.NaN, deviceMebibytes);
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
