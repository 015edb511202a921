package dev.meander.weights;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Element types of the safetensors format that the engine can compute with. */
public enum DType {
  F64(8, true),
  F32(4, true),
  F16(2, true),
  BF16(2, true),
  I64(8, false),
  I32(4, false),
  I16(2, false),
  I8(1, false),
  U8(1, false),
  BOOL(1, false);

  private final int bytes;
  private final boolean floating;

  DType(int bytes, boolean floating) {
    this.bytes = bytes;
    this.floating = floating;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether this is a floating-point type; only those are converted on load. */
  public boolean isFloating() {
    return floating;
  }

  /** The type with this name in any letter case, if there is one. */
  public static Optional<DType> parse(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return Arrays.stream(values()).filter(d -> d.name().equals(upper)).findFirst();
  }
}
