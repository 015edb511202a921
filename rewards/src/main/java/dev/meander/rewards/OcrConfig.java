package dev.meander.rewards;

import dev.meander.config.Default;
import dev.meander.config.Doc;

/** Settings of the reward {@code ocr}. */
public record OcrConfig(
    @Doc("What reads the image; PP-OCR with PaddleOCR's own settings, as the papers read.")
        @Default(
            "{type: pp_ocr, enlarge_to: 1, shrink_to: 960, box_threshold: 0.6, unclip_ratio: 1.5, dilation: false}")
        OcrReader reader) {}
