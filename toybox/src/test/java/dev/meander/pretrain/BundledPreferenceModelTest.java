package dev.meander.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import dev.meander.reward.Reward.Sample;
import dev.meander.reward.Rewards;
import dev.meander.toybox.PreferencePairs;
import dev.meander.toybox.PreferencePairs.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The bundled preference model, through the same code as the published PickScore. */
class BundledPreferenceModelTest {
  private static final Path MODEL = Path.of("../models/toybox-preference");
  private static final int PAIRS = 200;

  @Test
  void prefersTheBetterOfTwoPicturesMoreOftenThanNot() {
    PreferencePairs pairs = new PreferencePairs(31, true);
    List<Pair> all = LongStream.range(0, PAIRS).parallel().mapToObj(pairs::pair).toList();
    List<Sample> samples = new ArrayList<>();
    for (Pair pair : all) {
      ObjectNode none = JsonNodeFactory.instance.objectNode();
      Prompt prompt = new Prompt("p", pair.caption(), none);
      samples.add(new Sample(prompt, pair.better()));
      samples.add(new Sample(prompt, pair.worse()));
    }
    try (Reward reward =
        Rewards.create("pickscore", ConfigFile.parse("{model: %s}".formatted(MODEL), "test"))) {
      float[] scores = reward.score(samples);
      int right = 0;
      for (int i = 0; i < PAIRS; i++) {
        right += scores[2 * i] > scores[2 * i + 1] ? 1 : 0;
      }
      assertThat(right / (double) PAIRS).isBetween(0.75, 0.99); // it is good, and it errs
    }
  }

  @Test
  void isSmallEnoughToComeAlong() throws IOException {
    assertThat(Files.size(MODEL.resolve("model.safetensors"))).isLessThan(1_500_000);
  }
}
