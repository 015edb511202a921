package dev.meander.toybox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.meander.image.Image;
import dev.meander.random.Domain;
import dev.meander.random.RandomStream;
import dev.meander.toybox.PreferencePairs.Pair;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PreferencePairsTest {
  private static final int MANY = 400;

  private static List<Pair> pairs(boolean heldOut) {
    PreferencePairs pairs = new PreferencePairs(7, heldOut);
    return LongStream.range(0, MANY).parallel().mapToObj(pairs::pair).toList();
  }

  @Test
  void aPairIsAFunctionOfItsIndexAndEveryFlawAppears() {
    Pair one = new PreferencePairs(7, false).pair(3);
    Pair again = new PreferencePairs(7, false).pair(3);
    assertThat(again.better().rgb()).isEqualTo(one.better().rgb());
    assertThat(again.worse().rgb()).isEqualTo(one.worse().rgb());
    assertThat(again.caption()).isEqualTo(one.caption());

    Map<Flaw, Integer> counts = new EnumMap<>(Flaw.class);
    for (Pair pair : pairs(false)) {
      counts.merge(pair.flaw(), 1, Integer::sum);
      assertThat(pair.worse().rgb()).isNotEqualTo(pair.better().rgb());
      boolean named =
          Arrays.stream(Color.values()).anyMatch(c -> pair.caption().contains(c.word()));
      assertThat(pair.flaw() == Flaw.COLOR && !named).as(pair.caption()).isFalse();
    }
    assertThat(counts).containsOnlyKeys(Flaw.values());
    assertThat(counts.values()).allMatch(n -> n > MANY / 40);
  }

  @Test
  void whatIsUntrueChangesWhatItSays() {
    RandomStream random = Domain.SCENE.stream(1, 2);
    for (int i = 0; i < MANY; i++) {
      Description d = Toybox.description(Mixture.compositional().draw(random), false, random);
      for (Flaw flaw : Flaw.ofMeaning(d)) {
        Description untrue = HardNegative.of(d, flaw, random);
        assertThat(untrue).as(flaw + " of " + Captions.text(d)).isNotEqualTo(d);
        int objects = untrue.groups().stream().mapToInt(Description.Group::count).sum();
        assertThat(objects).isBetween(1, 4);
        assertThat(untrue.groups()).hasSameSizeAs(d.groups());
        boolean counts = flaw == Flaw.COUNT;
        assertThat(objects != d.groups().stream().mapToInt(Description.Group::count).sum())
            .isEqualTo(counts);
        assertThat(untrue.relation().equals(d.relation())).isEqualTo(flaw != Flaw.POSITION);
      }
    }
  }

  @Test
  void wearKeepsTheMeanAndHasTheAskedSize() {
    byte[] gray = new byte[3 * 64 * 64];
    Arrays.fill(gray, (byte) 128);
    Image plain = new Image(64, 64, gray);
    assertThat(Corruptions.blur(plain, 2).rgb()).isEqualTo(gray);
    assertThat(Corruptions.warp(plain, 3, 12, Domain.SCENE.stream(1, 1)).rgb()).isEqualTo(gray);

    Image noisy = Corruptions.noise(plain, 20, Domain.SCENE.stream(1, 1));
    double sum = 0;
    double squares = 0;
    for (byte b : noisy.rgb()) {
      double difference = (b & 0xff) - 128;
      sum += difference;
      squares += difference * difference;
    }
    assertThat(sum / gray.length).isEqualTo(0, offset(0.6)); // three standard errors
    assertThat(Math.sqrt(squares / gray.length)).isEqualTo(20, offset(0.4));

    byte[] dot = new byte[3 * 64 * 64];
    dot[3 * (20 * 64 + 30)] = (byte) 255;
    Image blurred = Corruptions.blur(new Image(64, 64, dot), 1);
    // The kernel's middle: 1 / (2 pi sigma^2) of the dot.
    assertThat(blurred.at(30, 20, 0)).isCloseTo((int) Math.round(255 / (2 * Math.PI)), offset(1));
    assertThat(blurred.at(30, 20, 1)).isZero();
  }

  @Test
  void heldOutPairsHaveCaptionsThatTrainingNeverSees() {
    List<String> seen = pairs(false).stream().map(Pair::caption).toList();
    List<String> unseen =
        pairs(true).stream().map(Pair::caption).filter(c -> c.contains(" and ")).toList();
    assertThat(unseen).isNotEmpty().doesNotContainAnyElementsOf(seen);
  }
}
