package dev.meander.tensor;

import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Until it is closed tensors are made on a device that computes shapes and no numbers, and refuses
 * to mix with another: what works there assumes nothing about the CPU.
 */
public final class MetaDevice implements AutoCloseable {
  public MetaDevice() {
    Engine.place(DeviceType.Meta);
  }

  @Override
  public void close() {
    Engine.place(DeviceType.CPU);
  }
}
