package dev.meander.rewards;

import java.nio.file.Path;
import java.util.List;

/** Which reader the reward {@code ocr} has, and its settings. */
public sealed interface OcrReader permits PpOcrConfig, TesseractConfig {
  /** The files of the user's that it reads by. */
  List<Path> files();

  /**
   * Loads it.
   *
   * @throws dev.meander.config.UserError when its data is not found or not what it reads
   */
  TextReader open();
}
