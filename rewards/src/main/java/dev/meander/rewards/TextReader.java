package dev.meander.rewards;

import dev.meander.image.Image;

/** Reads what is written in images; safe for use by several threads, and closed but once. */
public interface TextReader extends AutoCloseable {
  /** Everything that stands in the image, from top to bottom, joined; empty when nothing does. */
  String read(Image image);

  @Override
  void close();
}
