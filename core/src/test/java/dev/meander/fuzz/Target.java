package dev.meander.fuzz;

import java.util.List;

/**
 * A reader of something that comes from outside.
 *
 * @param name of the target, and of the folder of its findings
 * @param form what its inputs are, so that some changes keep them nearly right
 * @param seeds inputs that it reads
 * @param reader throws nothing but a {@code UserError}
 */
record Target(String name, Form form, List<byte[]> seeds, Reader reader) {
  /** What inputs are. */
  enum Form {
    BYTES,
    TEXT,
    JSON,
    SAFETENSORS
  }

  /** Reads an input, whatever it is. */
  @FunctionalInterface
  interface Reader {
    void read(byte[] input) throws Exception;
  }

  @Override
  public String toString() {
    return name;
  }
}
