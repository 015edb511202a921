package dev.meander.rewards;

import dev.meander.reward.KnownPicture;
import dev.meander.reward.PromptCheck;
import dev.meander.reward.SettingsProvider;
import dev.meander.reward.TextScore;
import java.nio.file.Path;
import java.util.List;

/** Registers {@link OcrReward} as {@code ocr}. */
public final class OcrProvider extends SettingsProvider<OcrConfig> {
  public OcrProvider() {
    super(
        "ocr",
        "how much of the prompt's quoted text PP-OCR or Tesseract reads in the image (key:"
            + " reader)",
        OcrConfig.class,
        OcrReward::new);
  }

  @Override
  protected PromptCheck promptCheck(OcrConfig settings) {
    return prompt -> PromptCheck.attempt(() -> TextScore.target(prompt.text()));
  }

  @Override
  protected List<KnownPicture> knownPictures(OcrConfig settings) {
    return KnownScenes.letters(
        settings.reader() instanceof TesseractConfig tesseract ? tesseract.characters() : "");
  }

  @Override
  protected List<Path> files(OcrConfig settings) {
    return settings.reader().files();
  }
}
