package dev.meander.rewards;

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
        "whether Tesseract reads the prompt's quoted text (keys: language, tessdata, page_mode,"
            + " enlarge_to, smoothing, black_and_white, characters)",
        OcrConfig.class,
        OcrReward::new);
  }

  @Override
  protected PromptCheck promptCheck(OcrConfig settings) {
    return prompt -> PromptCheck.attempt(() -> TextScore.target(prompt.text()));
  }

  @Override
  protected List<Path> files(OcrConfig settings) {
    return LanguageData.file(settings.language(), settings.tessdata(), OcrReward.prefix()).stream()
        .toList();
  }
}
