package dev.meander.testing;

import dev.meander.tensor.Engine;
import dev.meander.tensor.Hardware;
import java.util.Locale;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** {@code -Dmeander.test.device=cuda} runs the tests on a GPU. */
public final class DeviceUnderTest implements LauncherSessionListener {
  private static final String DEVICE = System.getProperty("meander.test.device", "cpu");

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Hardware hardware = Hardware.valueOf(DEVICE.toUpperCase(Locale.ROOT));
    if (hardware != Hardware.CPU) {
      Engine.start(0, 1);
      Engine.use(hardware);
    }
  }
}
