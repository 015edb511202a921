package dev.meander.internal.runs;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads a growing file of lines, each line once. Notices when the file was cut back, as a resumed
 * run does, also when it has grown again since.
 */
final class LineTail {
  private static final int CHUNK = 1 << 18;
  private static final int LONGEST_LINE = 1 << 24;
  private static final int REMEMBERED = 1024;

  private long offset;
  private byte[] last = {};

  /** Takes one line, which is not kept: {@code bytes[from..to)} at that place of the file. */
  @FunctionalInterface
  interface Lines {
    void accept(long at, byte[] bytes, int from, int to);
  }

  /** How many bytes have been read, always up to the end of a line. */
  long offset() {
    return offset;
  }

  /** Forgets what was read. */
  void restart() {
    offset = 0;
    last = new byte[0];
  }

  /** Whether what was read still stands there. */
  boolean fits(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      return fits(file);
    }
  }

  private boolean fits(RandomAccessFile file) throws IOException {
    if (file.length() < offset) {
      return false;
    }
    byte[] now = new byte[last.length];
    file.seek(offset - last.length);
    file.readFully(now);
    return Arrays.equals(now, last);
  }

  /** Reads on to the end of the last whole line. */
  void read(Path path, Lines lines) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      long end = file.length();
      byte[] buffer = new byte[(int) Math.min(CHUNK, Math.max(1, end - offset))];
      int held = 0; // bytes of an unfinished line at the buffer's start
      file.seek(offset);
      while (offset + held < end) {
        if (held == buffer.length) {
          if (held >= LONGEST_LINE) {
            throw new IOException(path + " has a line of more than " + LONGEST_LINE + " bytes");
          }
          buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        int got = file.read(buffer, held, buffer.length - held);
        if (got < 0) {
          return;
        }
        held += got;
        int from = 0;
        for (int i = held - got; i < held; i++) {
          if (buffer[i] == '\n') {
            lines.accept(offset + from, buffer, from, i);
            from = i + 1;
          }
        }
        if (from > 0) {
          offset += from;
          last = Arrays.copyOfRange(buffer, Math.max(0, from - REMEMBERED), from);
          System.arraycopy(buffer, from, buffer, 0, held - from);
          held -= from;
        }
      }
    }
  }

  /** The whole lines of a stretch of the file, whose first bytes may be in the middle of a line. */
  static void stretch(Path path, long start, int length, Lines lines) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      byte[] buffer = new byte[(int) Math.max(0, Math.min(length, file.length() - start))];
      file.seek(start);
      file.readFully(buffer);
      int from = 0;
      boolean whole = start == 0;
      for (int i = 0; i < buffer.length; i++) {
        if (buffer[i] == '\n') {
          if (whole) {
            lines.accept(start + from, buffer, from, i);
          }
          whole = true;
          from = i + 1;
        }
      }
    }
  }

  /** Takes one line and says whether it wants the one before, too. */
  @FunctionalInterface
  interface LinesBackwards {
    boolean accept(long at, byte[] bytes, int from, int to);
  }

  /** The whole lines after a place of the file, the last one first. */
  static void backwards(Path path, long start, LinesBackwards lines) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      byte[] buffer = new byte[(int) Math.max(0, file.length() - start)];
      file.seek(start);
      file.readFully(buffer);
      int end = -1; // of the line whose start is looked for
      for (int i = buffer.length - 1; i >= 0; i--) {
        if (buffer[i] == '\n') {
          if (end >= 0 && !lines.accept(start + i + 1, buffer, i + 1, end)) {
            return;
          }
          end = i;
        }
      }
      if (start == 0 && end >= 0) {
        lines.accept(0, buffer, 0, end);
      }
    }
  }
}
