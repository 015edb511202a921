package dev.meander.rewards;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.PromptCheck;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import dev.meander.reward.TextScore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Registers {@link OcrReward} as {@code ocr}. */
public final class OcrProvider implements RewardProvider {
  @Override
  public String name() {
    return "ocr";
  }

  @Override
  public String description() {
    return "whether Tesseract reads the prompt's quoted text (keys: language, tessdata, page_mode,"
        + " enlarge_to, smoothing, black_and_white, characters)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(OcrConfig.class);
  }

  @Override
  public PromptCheck promptCheck(JsonNode config) {
    return prompt -> PromptCheck.attempt(() -> TextScore.target(prompt.text()));
  }

  @Override
  public Reward create(JsonNode config) {
    return new OcrReward(Rewards.settings(name(), config, OcrConfig.class));
  }

  @Override
  public List<Path> files(JsonNode config) {
    OcrConfig settings = Rewards.settings(name(), config, OcrConfig.class);
    return LanguageData.file(settings.language(), settings.tessdata(), OcrReward.prefix()).stream()
        .toList();
  }
}
