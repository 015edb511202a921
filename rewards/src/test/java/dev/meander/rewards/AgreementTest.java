package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Prints the table of docs/rewards.md; {@code -Dagreement.images=5000} for all of its rows. */
class AgreementTest {
  private static final int IMAGES = Integer.getInteger("agreement.images", 300);

  @Test
  void cleanPicturesAreJudgedAsTheirScenes() {
    Agreement.Result result = Agreement.shapes(5000, (image, i) -> image);
    System.out.println("| clean, 5000 pictures " + result);
    assertThat(result.own()).isGreaterThanOrEqualTo(0.99);
    assertThat(result.nearMiss()).isGreaterThanOrEqualTo(0.99);
    // Near misses must be misses, or the second number would say little.
    assertThat(result.nearMissesRight()).isLessThan(0.15);
  }

  @Test
  void noiseAndBlurChangeFewVerdicts() {
    Map<String, Agreement.Condition> conditions = new LinkedHashMap<>();
    conditions.put("noise 0.05", (image, i) -> Degrade.noise(image, 0.05, i));
    conditions.put("noise 0.10", (image, i) -> Degrade.noise(image, 0.10, i));
    conditions.put("noise 0.15", (image, i) -> Degrade.noise(image, 0.15, i));
    conditions.put("blur 1.0", (image, i) -> Degrade.blur(image, 1.0));
    conditions.put("blur 1.5", (image, i) -> Degrade.blur(image, 1.5));
    conditions.put("colour bleeding 2.0", (image, i) -> Degrade.bleed(image, 2.0));
    conditions.put(
        "blur 1.0, noise 0.10", (image, i) -> Degrade.noise(Degrade.blur(image, 1.0), 0.10, i));
    System.out.println("| | own caption | near miss | graded reward | signs |");
    conditions.forEach(
        (name, condition) -> {
          Agreement.Result result = Agreement.shapes(IMAGES, condition);
          double signs = Agreement.signs(IMAGES, condition);
          System.out.printf(Locale.ROOT, "| %s %s %.2f%% |%n", name, result, 100 * signs);
          assertThat(result.own()).as(name).isGreaterThanOrEqualTo(0.97);
          assertThat(result.nearMiss()).as(name).isGreaterThanOrEqualTo(0.97);
          assertThat(signs).as(name).isGreaterThanOrEqualTo(name.contains("1.5") ? 0.95 : 0.98);
        });
  }

  @Test
  void cleanSignsAreRead() {
    double share = Agreement.signs(2000, (image, i) -> image);
    System.out.printf(Locale.ROOT, "signs, clean, 2000 pictures: %.2f%%%n", 100 * share);
    assertThat(share).isGreaterThanOrEqualTo(0.99);
  }
}
