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
  BOOL(1, false),
  U16(2, false, 16),
  U32(4, false, 32),
  U64(8, false, 64),
  C64(8, false, 64),
  F8_E4M3(1, true, 8),
  F8_E5M2(1, true, 8),
  F8_E8M0(1, true, 8),
  F8_E4M3FNUZ(1, true, 8),
  F8_E5M2FNUZ(1, true, 8),
  F6_E2M3(1, true, 6),
  F6_E3M2(1, true, 6),
  F4(1, true, 4);

  private final int bytes;
  private final boolean floating;
  private final int bits;
  private final boolean computed;

  DType(int bytes, boolean floating) {
    this.bytes = bytes;
    this.floating = floating;
    this.bits = 8 * bytes;
    this.computed = true;
  }

  /** A type that files may have and nothing here computes with. */
  DType(int bytes, boolean floating, int bits) {
    this.bytes = bytes;
    this.floating = floating;
    this.bits = bits;
    this.computed = false;
  }

  /** Whether tensors of this type can be loaded; of the others files are only described. */
  public boolean isComputed() {
    return computed;
  }

  /** Size of one element in bits. */
  int bits() {
    return bits;
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
