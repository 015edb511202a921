package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.config.ConfigFile;
import dev.meander.reward.KnownPicture;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownPicturesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "compositional|{}",
        "compositional|{mode: strict, clip_at_zero: true}",
        "ocr|{}",
        "ocr|{reader: pp_ocr}",
        "ocr|{reader: {type: tesseract, page_mode: line, enlarge_to: 192, smoothing: 0.8, black_and_white: true, characters: ABCDEFGHIJKLMNOPQRSTUVWXYZ}}",
        "mean_color|{}",
        "mean_color|{target: [127.5, 3.2, 200]}",
        "constant|{value: 0.1}",
        "jpeg_compressibility|{}",
        "jpeg_compressibility|{quality: 0}",
        "jpeg_incompressibility|{quality: 1}"
      })
  void theyScoreWhatTheyMust(String name, String settings) {
    RewardProvider provider = Rewards.provider(name);
    var config = ConfigFile.parse(settings, "test");
    List<KnownPicture> known = provider.knownPictures(config);
    assertThat(known).isNotEmpty();
    try (Reward reward = provider.create(config)) {
      float[] scores = reward.score(known.stream().map(KnownPicture::sample).toList());
      for (int i = 0; i < scores.length; i++) {
        assertThat(known.get(i).fits(scores[i])).as("%s: %s", known.get(i), scores[i]).isTrue();
      }
    }
    known.forEach(
        k -> assertThat(provider.promptCheck(config).problems(k.sample().prompt())).isEmpty());
  }

  @Test
  void aWrongScoreDoesNotFit() {
    KnownPicture first =
        Rewards.provider("compositional").knownPictures(ConfigFile.parse("", "t")).get(0);
    assertThat(first.fits(0.5f)).isFalse();
    assertThat(first.fits(Float.NaN)).isFalse();
    assertThat(
            Rewards.provider("ocr")
                .knownPictures(
                    ConfigFile.parse("reader: {type: tesseract, characters: '0123'}", "t")))
        .as("what must not be read is not asked for")
        .isEmpty();
  }
}
