package dev.meander.cli.check;

import dev.meander.image.Canvas;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.GroupReward;
import dev.meander.reward.KnownPicture;
import dev.meander.reward.Reward;
import dev.meander.reward.Samples;
import dev.meander.reward.Scorer;
import dev.meander.train.TrainConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A reward on pictures that are drawn for it: their scores, where they are known. */
record KnownPicturesCheck(RewardRole scorer) implements Check {
  @Override
  public String subject() {
    return scorer.subject();
  }

  @Override
  public List<Line> run(Rehearsal rehearsal) {
    Scorer reward = rehearsal.reward(scorer).get();
    List<KnownPicture> known = scorer.provider().knownPictures(scorer.config());
    return known.isEmpty() ? unknown(reward, rehearsal) : compared(reward, known);
  }

  private List<Line> compared(Scorer reward, List<KnownPicture> known) {
    float[] scores = scores(reward, known.stream().map(KnownPicture::sample).toList());
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      KnownPicture picture = known.get(i);
      if (!picture.fits(scores[i])) {
        lines.add(
            Line.problem(
                subject(),
                "%s scores %s where %s is right"
                    .formatted(picture.what(), number(scores[i]), expected(picture)),
                "its settings or files make it see something else than it should"));
      }
    }
    return lines.isEmpty()
        ? List.of(
            Line.ok(
                subject(),
                "known pictures score what they must (%d of %d)"
                    .formatted(known.size(), known.size())))
        : lines;
  }

  private static String expected(KnownPicture picture) {
    double middle = (picture.least() + picture.most()) / 2;
    return picture.most() - picture.least() < 1e-3
        ? number(middle)
        : number(picture.least()) + " to " + number(picture.most());
  }

  /** Scores that nobody knows must still be numbers, and the same when asked again. */
  private List<Line> unknown(Scorer reward, Rehearsal rehearsal) {
    TrainConfig config = rehearsal.config();
    Prompt prompt = scorer.asked(config, rehearsal.prompts().get()).get(0);
    List<Reward.Sample> samples = Samples.of(List.of(prompt, prompt), drawn(config.model()));
    float[] first = scores(reward, samples);
    float[] again = scores(reward, samples);
    for (float score : first) {
      if (!Float.isFinite(score)) {
        return List.of(
            Line.problem(
                subject(),
                "a drawn picture scores " + score + ", which is no number",
                "look at its settings and weights"));
      }
    }
    String scores = number(first[0]) + " and " + number(first[1]);
    return List.of(
        Arrays.equals(first, again)
            ? Line.ok(subject(), "two drawn pictures score " + scores + ", twice the same")
            : Line.warning(
                subject(),
                "two drawn pictures score %s and, asked again, %s and %s"
                    .formatted(scores, number(again[0]), number(again[1])),
                "a run with it cannot be repeated; set its temperature to 0 where it has one"));
  }

  private static float[] scores(Scorer reward, List<Reward.Sample> samples) {
    return reward instanceof GroupReward group
        ? group.score(samples)
        : ((Reward) reward).score(samples);
  }

  private static List<Image> drawn(TrainConfig.Model model) {
    int width = model.width();
    int height = model.height();
    Canvas square = new Canvas(width, height, 0xdedede);
    square.fill(width / 4, height / 4, width / 2, height / 2, 0xd82424);
    return List.of(square.toImage(), new Canvas(width, height, 0x808080).toImage());
  }

  static String number(double score) {
    return String.format(Locale.ROOT, "%.4g", score);
  }
}
