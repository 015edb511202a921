package dev.meander.train;

import dev.meander.advantage.Advantages;
import dev.meander.credit.Credit;
import dev.meander.credit.RewardTable;
import dev.meander.image.Grid;
import dev.meander.image.Image;
import dev.meander.image.Resample;
import dev.meander.internal.runs.RolloutTrace;
import dev.meander.internal.runs.TraceStore;
import dev.meander.layout.RolloutLayout;
import dev.meander.schedule.SigmaSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what every rollout was worth, step by step, and images of some, into the run's folder.
 *
 * <p>A function of the rollout alone: a run that is resumed writes the same files again.
 *
 * @param config the run's
 * @param schedule the schedule of its rollouts
 * @param store where to
 */
record TraceWriter(TrainConfig config, SigmaSchedule schedule, TraceStore store) {
  private static final int LONGEST_SIDE = 128;
  private static final int PADDING = 2;

  /**
   * The images on the sheet of a rollout, by the layout's numbers, a row a line; none for most
   * rollouts.
   *
   * @param rollout the rollout, counted from 1
   */
  static List<Integer> drawn(
      TrainConfig.Insight config, long rollout, RolloutLayout layout, Advantages advantages) {
    if (config.every() == 0 || (rollout - 1) % config.every() != 0) {
      return List.of();
    }
    return shown(config, layout, advantages).stream()
        .flatMap(i -> Arrays.stream(images(layout, i)).boxed())
        .toList();
  }

  /** An image as large as it is drawn. */
  static Image small(Image image) {
    return Resample.shrink(image, LONGEST_SIDE);
  }

  /**
   * Writes one rollout's trace.
   *
   * @param rollout the rollout, counted from 1
   * @param pictures the {@linkplain #drawn drawn} images, {@linkplain #small small}
   */
  void record(
      long rollout, Map<Integer, Image> pictures, RewardStage.Scored scored, boolean[][] trained) {
    RolloutLayout layout = scored.table().layout();
    Map<Integer, List<RolloutTrace.Picture>> boxes =
        pictures.isEmpty()
            ? Map.of()
            : draw(rollout, pictures, shown(config.insight(), layout, scored.advantages()), layout);
    long[] groupIds = layout.groupIds();
    long[] noiseIds = layout.noiseIds();
    List<RolloutTrace.Row> rows = new ArrayList<>();
    for (int i = 0; i < layout.rows(); i++) {
      rows.add(
          new RolloutTrace.Row(
              layout.group(i).prompt().text(),
              groupIds[i],
              noiseIds[i],
              layout.isTrunk(i),
              floats(scored.advantages().values()[i]),
              trained[i],
              terms(scored, i, images(layout, i)),
              boxes.getOrDefault(i, List.of())));
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

  /** The rows of the first groups; groups that learn nothing, for equal rewards, come last. */
  private static List<Integer> shown(
      TrainConfig.Insight config, RolloutLayout layout, Advantages advantages) {
    return layout.rowsByGroup().stream()
        .map(rows -> Arrays.stream(rows).boxed().toList())
        .sorted(
            Comparator.comparing(
                rows ->
                    rows.stream()
                        .flatMapToDouble(i -> Arrays.stream(advantages.values()[i]))
                        .allMatch(a -> a == 0)))
        .limit(config.groups())
        .flatMap(List::stream)
        .toList();
  }

  /** Draws the rows, a sample a line, and says where each image lies. */
  private Map<Integer, List<RolloutTrace.Picture>> draw(
      long rollout, Map<Integer, Image> pictures, List<Integer> rows, RolloutLayout layout) {
    List<Grid.Tile> tiles = new ArrayList<>();
    for (int i : rows) {
      for (int image : images(layout, i)) {
        tiles.add(Grid.Tile.of(pictures.get(image)));
      }
    }
    int columns = tiles.size() / rows.size();
    Grid.Sheet sheet = Grid.compose(tiles, Grid.Style.columns(columns).withPadding(PADDING));
    store.write(rollout, sheet.image());
    Map<Integer, List<RolloutTrace.Picture>> boxes = new HashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      boxes.put(
          rows.get(i),
          sheet.boxes().subList(i * columns, (i + 1) * columns).stream()
              .map(b -> new RolloutTrace.Picture(b.x(), b.y(), b.width(), b.height()))
              .toList());
    }
    return boxes;
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
