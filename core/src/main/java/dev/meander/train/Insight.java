package dev.meander.train;

import dev.meander.advantage.Advantages;
import dev.meander.credit.Credit;
import dev.meander.image.Grid;
import dev.meander.image.Image;
import dev.meander.image.Resample;
import dev.meander.prompt.PromptGroup;
import dev.meander.report.RolloutTrace;
import dev.meander.report.TraceStore;
import dev.meander.rollout.Finals;
import dev.meander.rollout.Trajectories;
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
 * @param schedule of its rollouts
 * @param store where to
 */
record Insight(TrainConfig config, SigmaSchedule schedule, TraceStore store) {
  private static final int LONGEST_SIDE = 128;
  private static final int PADDING = 2;

  /** Writes one rollout's trace; {@code rollout} counts from 1. */
  void record(
      long rollout, Trajectories trajectories, RewardStage.Scored scored, boolean[][] trained) {
    RolloutTrace.Kind kind = kind();
    int[][] images =
        IntStream.range(0, trajectories.samples())
            .mapToObj(i -> images(trajectories.finals(), i, kind))
            .toArray(int[][]::new);
    Map<Integer, List<RolloutTrace.Picture>> pictures =
        drawn(rollout)
            ? draw(rollout, trajectories, images, shown(trajectories, scored.advantages()))
            : Map.of();
    List<String> prompts = new ArrayList<>();
    trajectories
        .groups()
        .forEach(g -> IntStream.range(0, g.size()).forEach(i -> prompts.add(g.prompt().text())));
    List<RolloutTrace.Row> rows = new ArrayList<>();
    for (int i = 0; i < images.length; i++) {
      rows.add(
          new RolloutTrace.Row(
              prompts.get(i),
              trajectories.groupIds()[i],
              trajectories.noiseIds()[i],
              floats(scored.advantages().values()[i]),
              trained[i],
              terms(trajectories.finals(), scored, i, images[i]),
              pictures.getOrDefault(i, List.of())));
    }
    int[] steps = trajectories.steps();
    double[] weights =
        config.method().weight().weights(config.method().dynamics().noise(), schedule, steps);
    store.write(new RolloutTrace(rollout, kind, schedule.steps(), steps, weights, rows));
  }

  private RolloutTrace.Kind kind() {
    if (config.method().plan().finishesEverySuccessor()) {
      return RolloutTrace.Kind.BRANCHES;
    }
    return config.method().credit().needsCompletions()
        ? RolloutTrace.Kind.STEPS
        : RolloutTrace.Kind.FINAL;
  }

  /** The images that row {@code i}'s rewards are of. */
  private static int[] images(Finals finals, int i, RolloutTrace.Kind kind) {
    int[] after = finals.afterStep()[i];
    return switch (kind) {
      case FINAL -> new int[] {finals.last(i)};
      case BRANCHES -> after;
      case STEPS -> {
        int[] all = new int[after.length + 1];
        all[0] = finals.beforeSteps()[i];
        System.arraycopy(after, 0, all, 1, after.length);
        yield all;
      }
    };
  }

  private List<RolloutTrace.Term> terms(
      Finals finals, RewardStage.Scored scored, int i, int[] images) {
    List<String> names = List.copyOf(scored.means().keySet());
    List<RolloutTrace.Term> terms = new ArrayList<>();
    for (int r = 0; r < names.size(); r++) {
      Credit credit = scored.credits().get(r);
      terms.add(
          new RolloutTrace.Term(
              names.get(r),
              of(scored.scores().get(r), images),
              of(scored.scores().get(r), trunk(finals, i)),
              floats(credit.stepRewards()[i]),
              credit.turningPoints()[i]));
    }
    return terms;
  }

  /** The images that finish the trunk which row {@code i} leaves; none when it was not scored. */
  private int[] trunk(Finals finals, int i) {
    boolean scored =
        config.method().plan().finishesEverySuccessor()
            && config.method().credit().needsCompletions();
    if (!scored) {
      return new int[0];
    }
    int[] after = finals.afterStep()[i - i % config.method().plan().successors()];
    int[] all = new int[after.length + 1];
    all[0] = finals.beforeSteps()[i];
    for (int j = 0; j < after.length; j++) {
      all[j + 1] = config.method().plan().stochasticTrunk() ? after[j] : all[0];
    }
    return all;
  }

  private boolean drawn(long rollout) {
    int every = config.insight().every();
    return every > 0 && config.insight().groups() > 0 && (rollout - 1) % every == 0;
  }

  /** The rows of the first groups; groups that learn nothing, for equal rewards, come last. */
  private List<Integer> shown(Trajectories trajectories, Advantages advantages) {
    List<List<Integer>> groups = new ArrayList<>();
    int row = 0;
    for (PromptGroup group : trajectories.groups()) {
      groups.add(IntStream.range(row, row + group.size()).boxed().toList());
      row += group.size();
    }
    return groups.stream()
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
      long rollout, Trajectories trajectories, int[][] images, List<Integer> rows) {
    List<Grid.Tile> tiles = new ArrayList<>();
    for (int i : rows) {
      for (int image : images[i]) {
        Image whole = trajectories.finals().images().get(image);
        tiles.add(Grid.Tile.of(Resample.shrink(whole, LONGEST_SIDE)));
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
