package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.image.Image;
import dev.meander.reward.TextScore;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The readers of the reward {@code ocr} beside each other on the pictures of {@link OcrPictures},
 * by what makes a picture hard, and the processor time that they take; the table of
 * docs/rewards.md. {@code -Docr.readers} lists other settings.
 */
class OcrReadersTest {
  private static final List<String> READERS =
      List.of(System.getProperty("ocr.readers", "pp_ocr|tesseract").split("\\|"));

  private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

  /** Texts read without a mistake (the score is 1), and the sum of the scores. */
  private static final class Tally {
    int pictures;
    int right;
    double scores;

    void add(double score) {
      pictures++;
      right += score == 1 ? 1 : 0;
      scores += score;
    }

    String cells() {
      return String.format(
          Locale.ROOT, " %.0f%% | %.3f |", 100.0 * right / pictures, scores / pictures);
    }
  }

  @Test
  void readersBesideEachOther() {
    List<OcrPictures.Picture> pictures = OcrPictures.all();
    List<Image> images = pictures.stream().map(OcrPictures.Picture::image).toList();
    Map<String, List<Tally>> rows = new LinkedHashMap<>();
    StringBuilder seconds = new StringBuilder("| seconds a picture |");
    List<Tally> totals = new ArrayList<>();
    for (int r = 0; r < READERS.size(); r++) {
      Tally total = new Tally();
      OcrConfig config =
          Binder.bind(ConfigFile.parse("reader: " + READERS.get(r), "test"), OcrConfig.class, "");
      long nanos = 0;
      try (TextReader reader = config.reader().open()) {
        reader.read(images.get(0));
        for (int i = 0; i < images.size(); i++) {
          long began = CLOCK.getCurrentThreadCpuTime();
          String read = reader.read(images.get(i));
          nanos += CLOCK.getCurrentThreadCpuTime() - began;
          OcrPictures.Picture picture = pictures.get(i);
          double score = TextScore.score(picture.text(), read);
          total.add(score);
          List<Tally> row =
              rows.computeIfAbsent(
                  picture.factor() + " | " + picture.level(), k -> new ArrayList<>());
          while (row.size() <= r) {
            row.add(new Tally());
          }
          row.get(r).add(score);
        }
      }
      totals.add(total);
      seconds.append(String.format(Locale.ROOT, " %.3f | |", nanos / 1e9 / images.size()));
    }
    System.out.println("| | | " + String.join(" | | ", READERS) + " | |");
    rows.put("all |", totals);
    rows.forEach(
        (name, row) -> {
          StringBuilder line = new StringBuilder("| " + name + " |");
          row.forEach(t -> line.append(t.cells()));
          System.out.println(line);
        });
    System.out.println(seconds.insert(20, " |"));
    assertThat(totals.get(0).scores / images.size()).isGreaterThan(0.8);
  }
}
