package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.config.ConfigFile;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import dev.meander.reward.TaskEvaluator;
import dev.meander.reward.Verdict;
import dev.meander.toybox.Mixture;
import dev.meander.toybox.Sign;
import dev.meander.toybox.Toybox;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many freshly drawn words the reward {@code ocr} reads; a table for docs/rewards.md. */
class OcrAgreementTest {
  private static final int IMAGES = Integer.getInteger("ocr.images", 30);
  private static final List<Integer> SIZES = List.of(8, 10, 14, 20, 32, 48);

  /** As in the recipe toybox-ocr; chosen on the first {@link #CHOSEN_ON} signs. */
  private static final String SIGNS =
      "reader: {type: tesseract, page_mode: line, enlarge_to: 192, smoothing: 0.8,"
          + " black_and_white: true, characters: ABCDEFGHIJKLMNOPQRSTUVWXYZ}";

  private static final int CHOSEN_ON = 200;

  private static String quoted(String text) {
    return "a sign saying \"" + text + "\"";
  }

  private static Reward.Sample sample(String text, Image image) {
    return new Reward.Sample(Prompt.of("1", quoted(text)), image);
  }

  private static Reward ocr(String config) {
    return new OcrProvider().create(ConfigFile.parse(config, "test"));
  }

  /** Shares of words read without a mistake, and the mean reward. */
  private record Row(double exact, double reward) {
    static Row of(Reward reward, List<Reward.Sample> samples) {
      List<Verdict> verdicts = ((TaskEvaluator) reward).judge(samples);
      return new Row(
          verdicts.stream().mapToDouble(v -> v.correct() ? 1 : 0).average().orElseThrow(),
          verdicts.stream().mapToDouble(Verdict::graded).average().orElseThrow());
    }

    String cells() {
      return String.format(Locale.ROOT, "%.1f%% | %.3f", 100 * exact, reward);
    }
  }

  @Test
  void wordsInJavasFonts() {
    List<Row> rows = new ArrayList<>();
    try (Reward reward = ocr(System.getProperty("ocr.config", "reader: tesseract"))) {
      for (int size : SIZES) {
        StringBuilder line = new StringBuilder("| " + size + " px |");
        List<Lettering.Drawn> drawn =
            IntStream.range(0, IMAGES).mapToObj(i -> Lettering.word(i, size)).toList();
        for (String font : Lettering.FONTS) {
          List<Reward.Sample> own =
              drawn.stream()
                  .filter(d -> d.font().equals(font))
                  .map(d -> sample(d.text(), d.image()))
                  .toList();
          line.append(String.format(Locale.ROOT, " %.1f%% |", 100 * Row.of(reward, own).exact()));
        }
        Row all = Row.of(reward, drawn.stream().map(d -> sample(d.text(), d.image())).toList());
        rows.add(all);
        System.out.println(line + " " + all.cells() + " |");
      }
    }
    assertThat(rows.subList(1, rows.size()))
        .allSatisfy(r -> assertThat(r.exact()).isGreaterThan(0.9));
    assertThat(rows).allSatisfy(r -> assertThat(r.reward()).isGreaterThan(0.8));
  }

  @Test
  void signsOfTheToyWorld() {
    Toybox toybox = new Toybox(0xFEED, Mixture.withText(1));
    List<Reward.Sample> own = new ArrayList<>();
    List<Reward.Sample> wrong = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      var example = toybox.example(CHOSEN_ON + i);
      String word = example.scene().sign().map(Sign::word).orElseThrow();
      own.add(sample(word, example.image()));
      wrong.add(sample(new StringBuilder(word).reverse().append("QX").toString(), example.image()));
    }
    try (Reward reward = ocr(SIGNS)) {
      Row right = Row.of(reward, own);
      Row other = Row.of(reward, wrong);
      System.out.println("| signs, 64 px | " + right.cells() + " | wrong text " + other.cells());
      assertThat(right.exact()).isGreaterThan(0.85);
      assertThat(right.reward()).isGreaterThan(0.95);
      assertThat(other.reward()).isLessThan(right.reward() - 0.3);
    }
  }
}
