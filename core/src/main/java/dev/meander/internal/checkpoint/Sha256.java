package dev.meander.internal.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of files, and of bytes on their way to a file. */
public final class Sha256 {
  private static final int BUFFER = 1 << 20;

  private Sha256() {}

  /** The hash of a file, in hexadecimal. */
  public static String of(Path file) throws IOException {
    MessageDigest digest = digest();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return hex(digest);
  }

  /** The hash of a text in UTF-8, in hexadecimal. */
  public static String of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The hash of bytes, in hexadecimal. */
  public static String of(byte[] bytes) {
    return HexFormat.of().formatHex(hash(bytes));
  }

  /** The 32 bytes of the hash. */
  public static byte[] hash(byte[] bytes) {
    return digest().digest(bytes);
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Hashes what was meant, so that a disk that changes it is found out. */
  static final class Channel implements WritableByteChannel {
    private final WritableByteChannel target;
    private final MessageDigest digest = digest();

    Channel(WritableByteChannel target) {
      this.target = target;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      ByteBuffer copy = bytes.duplicate();
      int n = target.write(bytes);
      digest.update(copy.limit(copy.position() + n));
      return n;
    }

    /** The hash of all that was written; once. */
    String hex() {
      return Sha256.hex(digest);
    }

    @Override
    public boolean isOpen() {
      return target.isOpen();
    }

    @Override
    public void close() {}
  }
}
