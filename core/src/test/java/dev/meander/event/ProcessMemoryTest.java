package dev.meander.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessMemoryTest {
  @Test
  void readsTheKernelsWords() {
    String status = "Name:\tjava\nVmHWM:\t  2048 kB\nVmRSS:\t  1536 kB\n";
    assertThat(ProcessMemory.mebibytes(status, "VmRSS:")).hasValue(1.5);
    assertThat(ProcessMemory.mebibytes(status, "VmHWM:")).hasValue(2);
    assertThat(ProcessMemory.mebibytes("", "VmRSS:")).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void thisProcess() {
    Event.MemoryMeasured now = ProcessMemory.measure(3, 7);
    assertThat(now.step()).isEqualTo(3);
    assertThat(now.deviceMebibytes()).isEqualTo(7);
    assertThat(now.residentMebibytes()).isBetween(10.0, now.peakMebibytes() + 1);
  }
}
