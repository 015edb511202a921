package dev.meander.cli.text;

import java.util.List;
import java.util.Locale;

/** Numbers of bytes as people read them. */
public final class Bytes {
  private static final List<String> FORMATS = List.of("%,.0f KiB", "%,.0f MiB", "%,.1f GiB");
  private static final int UNIT = 1024;

  private Bytes() {}

  /** {@code 12 KiB}, {@code 345 MiB}, {@code 6.7 GiB}; the same in every locale. */
  public static String text(long bytes) {
    double size = (double) bytes / UNIT;
    int unit = 0;
    while (size >= UNIT && unit < FORMATS.size() - 1) {
      size /= UNIT;
      unit++;
    }
    return String.format(Locale.ROOT, FORMATS.get(unit), size);
  }
}
