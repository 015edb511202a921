package dev.meander.train;

import dev.meander.advantage.Advantages;
import dev.meander.credit.Credit;
import dev.meander.credit.RewardTable;
import dev.meander.image.Grid;
import dev.meander.image.Image;
import dev.meander.image.Resample;
import dev.meander.layout.RolloutLayout;
import dev.meander.report.RolloutTrace;
import dev.meander.report.TraceStore;
import dev.meander.rollout.Rollout;
import dev.meander.schedule.SigmaSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Writes what every rollout was worth, step by step, and pictures of some, into the run's folder.
 *
 * <p>A function of the rollout alone: a run that is resumed writes the same files again.
 *
 * @param config the run's
 * @param schedule the schedule of its rollouts
 * @param store where to
 */
record Insight(TrainConfig config, SigmaSchedule schedule, TraceStore store) {
  private static final int LONGEST_SIDE = 128;
  private static final int PADDING = 2;

  /** Writes one rollout's trace; {@code rollout} counts from 1. */
  void record(long rollout, Rollout.Result result, RewardStage.Scored scored, boolean[][] trained) {
    RolloutLayout layout = result.layout();
    int[][] images =
        IntStream.range(0, layout.rows()).mapToObj(i -> images(layout, i)).toArray(int[][]::new);
    Map<Integer, List<RolloutTrace.Picture>> pictures =
        drawn(rollout)
            ? draw(rollout, result.images(), images, shown(layout, scored.advantages()))
            : Map.of();
    long[] groupIds = layout.groupIds();
    long[] noiseIds = layout.noiseIds();
    List<RolloutTrace.Row> rows = new ArrayList<>();
    for (int i = 0; i < images.length; i++) {
      rows.add(
          new RolloutTrace.Row(
              layout.group(i).prompt().text(),
              groupIds[i],
              noiseIds[i],
              layout.isTrunk(i),
              floats(scored.advantages().values()[i]),
              trained[i],
              terms(scored, i, images[i]),
              pictures.getOrDefault(i, List.of())));
    }
    int[] steps = layout.steps();
    double[] weights =
        config.method().weight().weights(config.method().dynamics().noise(), schedule, steps);
    store.write(new RolloutTrace(rollout, kind(layout), schedule.steps(), steps, weights, rows));
  }

  private static RolloutTrace.Kind kind(RolloutLayout layout) {
    if (layout.branches()) {
      return RolloutTrace.Kind.BRANCHES;
    }
    return layout.finishesStarts() ? RolloutTrace.Kind.STEPS : RolloutTrace.Kind.FINAL;
  }

  /** The images that row {@code i}'s rewards are of. */
  private static int[] images(RolloutLayout layout, int i) {
    return kind(layout) == RolloutTrace.Kind.STEPS ? layout.trunkImages(i) : layout.outcomes(i);
  }

  private static List<RolloutTrace.Term> terms(RewardStage.Scored scored, int i, int[] images) {
    RolloutLayout layout = scored.table().layout();
    boolean trunk = layout.branches() && layout.finishesStarts();
    List<RolloutTrace.Term> terms = new ArrayList<>();
    for (int r = 0; r < scored.credits().size(); r++) {
      RewardTable.Column column = scored.table().columns().get(r);
      Credit credit = scored.credits().get(r);
      terms.add(
          new RolloutTrace.Term(
              column.name(),
              of(column.scores(), images),
              of(column.scores(), trunk ? layout.trunkImages(i) : new int[0]),
              floats(credit.stepRewards()[i]),
              credit.turningPoints()[i]));
    }
    return terms;
  }

  private boolean drawn(long rollout) {
    int every = config.insight().every();
    return every > 0 && config.insight().groups() > 0 && (rollout - 1) % every == 0;
  }

  /** The rows of the first groups; groups that learn nothing, for equal rewards, come last. */
  private List<Integer> shown(RolloutLayout layout, Advantages advantages) {
    return layout.rowsByGroup().stream()
        .map(rows -> Arrays.stream(rows).boxed().toList())
        .sorted(
            Comparator.comparing(
                rows ->
                    rows.stream()
                        .flatMapToDouble(i -> Arrays.stream(advantages.values()[i]))
                        .allMatch(a -> a == 0)))
        .limit(config.insight().groups())
        .flatMap(List::stream)
        .toList();
  }

  /** Draws the rows, a sample a line, and says where each picture lies. */
  private Map<Integer, List<RolloutTrace.Picture>> draw(
      long rollout, List<Image> all, int[][] images, List<Integer> rows) {
    List<Grid.Tile> tiles = new ArrayList<>();
    for (int i : rows) {
      for (int image : images[i]) {
        tiles.add(Grid.Tile.of(Resample.shrink(all.get(image), LONGEST_SIDE)));
      }
    }
    int columns = images[0].length;
    Grid.Sheet sheet = Grid.compose(tiles, Grid.Style.columns(columns).withPadding(PADDING));
    store.write(rollout, sheet.image());
    Map<Integer, List<RolloutTrace.Picture>> pictures = new HashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      pictures.put(
          rows.get(i),
          sheet.boxes().subList(i * columns, (i + 1) * columns).stream()
              .map(b -> new RolloutTrace.Picture(b.x(), b.y(), b.width(), b.height()))
              .toList());
    }
    return pictures;
  }

  private static float[] of(float[] scores, int[] images) {
    float[] chosen = new float[images.length];
    for (int j = 0; j < images.length; j++) {
      chosen[j] = scores[images[j]];
    }
    return chosen;
  }

  private static float[] floats(double[] values) {
    float[] narrow = new float[values.length];
    for (int j = 0; j < values.length; j++) {
      narrow[j] = (float) values[j];
    }
    return narrow;
  }
}
