package dev.meander.rewards;

import dev.meander.config.Default;
import dev.meander.config.Doc;

/** Settings of the reward {@code ocr}. */
public record OcrConfig(@Doc("What reads the picture.") @Default("tesseract") OcrReader reader) {}
