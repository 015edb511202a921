package dev.meander.layout;

import dev.meander.prompt.PromptGroup;
import dev.meander.schedule.StepRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * The tree of one rollout, as numbers: the only owner of what follows from a plan.
 *
 * <p>A rollout follows <em>trunks</em> from initial noises. At every step of the stochastic window
 * a trunk's latent gets one independent successor for each of its <em>rows</em>: N rows in all,
 * group after group, with one transition in each of the n <em>columns</em> of the window. Images
 * are numbered before any is made: first those that finish trunks from before the window, then
 * those that finish transitions, row by row.
 */
public final class RolloutLayout {
  private final List<PromptGroup> groups;
  private final StepRange window;
  private final List<Trunk> trunks;
  private final Continuation continuation;
  private final boolean finishesTransitions;
  private final boolean finishesStarts;
  private final int[] trunkOf; // of each row

  /** How a trunk goes on from a stochastic step. */
  enum Continuation {
    FIRST_ROW,
    ODE
  }

  /**
   * Names a tree.
   *
   * @param finishesTransitions whether every transition is finished to an image, or a row's last
   *     alone
   * @param finishesStarts whether every trunk is also finished from before the window
   */
  RolloutLayout(
      List<PromptGroup> groups,
      StepRange window,
      List<Trunk> trunks,
      Continuation continuation,
      boolean finishesTransitions,
      boolean finishesStarts) {
    this.groups = List.copyOf(groups);
    this.window = window;
    this.trunks = trunks;
    this.continuation = continuation;
    this.finishesTransitions = finishesTransitions;
    this.finishesStarts = finishesStarts;
    this.trunkOf =
        trunks.stream().flatMapToInt(t -> IntStream.generate(t::index).limit(t.rows())).toArray();
  }

  /**
   * The trunks of {@code groups}, equally many from each initial noise.
   *
   * @param rows the rows that leave each trunk
   * @param initialNoises the initial noises of a group of a given size
   */
  static List<Trunk> trunks(List<PromptGroup> groups, int rows, IntUnaryOperator initialNoises) {
    List<Trunk> trunks = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      int count = groups.get(g).size() / rows;
      int sharing = count / initialNoises.applyAsInt(groups.get(g).size());
      for (int member = 0; member < count; member++) {
        int index = trunks.size();
        trunks.add(new Trunk(index, g, member, member / sharing, index * rows, rows));
      }
    }
    return List.copyOf(trunks);
  }

  /**
   * The tree cut into parts, each with neighbouring trunks of every share and nearly equally many.
   * What a part computes does not depend on the others.
   *
   * @param count how many; the last of many are without trunks when there are fewer trunks
   * @param shares the equal shares of the groups, in their order
   */
  public List<LayoutPart> parts(int count, int shares) {
    int share = trunks.size() / shares;
    List<LayoutPart> parts = new ArrayList<>();
    for (int p = 0; p < count; p++) {
      int from = (int) ((long) share * p / count);
      int to = (int) ((long) share * (p + 1) / count);
      parts.add(
          part(
              IntStream.range(0, shares)
                  .flatMap(s -> IntStream.range(s * share + from, s * share + to))
                  .mapToObj(trunks::get)
                  .toList()));
    }
    return parts;
  }

  private LayoutPart part(List<Trunk> chosen) {
    List<Trunk> own = new ArrayList<>();
    IntStream.Builder ownRows = IntStream.builder();
    for (Trunk t : chosen) {
      int first = own.isEmpty() ? 0 : own.get(own.size() - 1).firstRow() + own.get(0).rows();
      own.add(new Trunk(own.size(), t.group(), t.member(), t.noise(), first, t.rows()));
      IntStream.range(t.firstRow(), t.firstRow() + t.rows()).forEach(ownRows::add);
    }
    int[] rows = ownRows.build().toArray();
    int[] images =
        IntStream.concat(
                chosen.stream().filter(t -> finishesStarts).mapToInt(this::imageBefore),
                Arrays.stream(rows).flatMap(row -> finished(row)))
            .toArray();
    RolloutLayout layout =
        new RolloutLayout(groups, window, own, continuation, finishesTransitions, finishesStarts);
    return new LayoutPart(layout, rows, images);
  }

  private IntStream finished(int row) {
    return IntStream.range(0, columns())
        .filter(column -> isFinished(row, column))
        .map(column -> imageAfter(row, column));
  }

  /** The groups, in the order of their rows. */
  public List<PromptGroup> groups() {
    return groups;
  }

  /** The stochastic steps. */
  public StepRange window() {
    return window;
  }

  /** The schedule's step of each column, {@code [n]}. */
  public int[] steps() {
    return window.steps().toArray();
  }

  /** n, transitions of a row. */
  public int columns() {
    return window.size();
  }

  /** N, the samples that are compared and trained on. */
  public int rows() {
    return trunkOf.length;
  }

  /** All trunks, in order of their index. */
  public List<Trunk> trunks() {
    return trunks;
  }

  /** The trunk that {@code row} leaves. */
  public Trunk trunk(int row) {
    return trunks.get(trunkOf[row]);
  }

  /** The group that {@code row} belongs to. */
  public PromptGroup group(int row) {
    return groups.get(trunk(row).group());
  }

  /** The id of each row's group, {@code [N]}. */
  public long[] groupIds() {
    return IntStream.range(0, rows()).mapToLong(i -> group(i).groupId()).toArray();
  }

  /** Which of its group's initial noises each row comes from, {@code [N]}. */
  public long[] noiseIds() {
    return IntStream.range(0, rows()).mapToLong(i -> trunk(i).noise()).toArray();
  }

  /** The rows of each group. */
  public List<int[]> rowsByGroup() {
    List<int[]> all = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      int group = g;
      all.add(IntStream.range(0, rows()).filter(i -> trunk(i).group() == group).toArray());
    }
    return all;
  }

  /** The row whose transitions {@code trunk} goes on from; empty when it goes on along the ODE. */
  public OptionalInt followed(Trunk trunk) {
    return continuation == Continuation.FIRST_ROW
        ? OptionalInt.of(trunk.firstRow())
        : OptionalInt.empty();
  }

  /** Whether {@code row} is the trunk itself, one whole trajectory. */
  public boolean isTrunk(int row) {
    OptionalInt followed = followed(trunk(row));
    return followed.isPresent() && followed.getAsInt() == row;
  }

  /** Whether rows leave trunks that are not theirs, so that each transition has its own outcome. */
  public boolean branches() {
    return trunks.size() < rows();
  }

  /** How many images are made. */
  public int images() {
    return starts() + rows() * (finishesTransitions ? columns() : 1);
  }

  /**
   * How many latents go through the network until all images are finished, as the wavefront shares
   * them: a trunk's step serves all its rows, and begins the completion of the step before.
   *
   * @param steps the steps of the schedule, T
   */
  public long evaluations(int steps) {
    int rest = steps - window.end();
    boolean straight = continuation == Continuation.ODE;
    long all = (long) trunks.size() * window.end();
    all += (long) starts() * (straight ? rest : rest + columns() - 1);
    for (int row = 0; row < rows(); row++) {
      for (int column = 0; column < columns(); column++) {
        if (isFinished(row, column)) {
          int after = rest + columns() - 1 - column;
          all += isTrunk(row) && column < columns() - 1 ? after - 1 : after;
        }
      }
    }
    return all;
  }

  private int starts() {
    return finishesStarts ? trunks.size() : 0;
  }

  /** Whether every trunk is also finished from before the window. */
  public boolean finishesStarts() {
    return finishesStarts;
  }

  /** Whether the transition of {@code row} at {@code column} is finished to an image. */
  public boolean isFinished(int row, int column) {
    return finishesTransitions || column == columns() - 1;
  }

  /**
   * The image that the ODE makes of the latent before the first transition of {@code trunk}.
   *
   * @throws IllegalStateException when there is none
   */
  public int imageBefore(Trunk trunk) {
    if (!finishesStarts) {
      throw new IllegalStateException("this rollout does not finish the latents before its window");
    }
    return trunk.index();
  }

  /**
   * The image that the ODE makes of the latent after a transition.
   *
   * @throws IllegalStateException when there is none
   */
  public int imageAfter(int row, int column) {
    if (!isFinished(row, column)) {
      throw new IllegalStateException(
          "transition %d of row %d is not finished".formatted(column, row));
    }
    return starts() + (finishesTransitions ? row * columns() + column : row);
  }

  /** The group that {@code image} belongs to. */
  public PromptGroup groupOfImage(int image) {
    if (image < starts()) {
      return groups.get(trunks.get(image).group());
    }
    return group((image - starts()) / (finishesTransitions ? columns() : 1));
  }

  /**
   * The images that stand at one place of the tree for one prompt, for every prompt and place: of
   * all trunks before the window, of all rows after the transition of each column. Each image
   * stands at one place; numbers ascend.
   */
  public List<int[]> places() {
    List<int[]> places = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      int group = g;
      if (finishesStarts) {
        places.add(
            trunks.stream().filter(t -> t.group() == group).mapToInt(this::imageBefore).toArray());
      }
      int[] rows = IntStream.range(0, rows()).filter(i -> trunk(i).group() == group).toArray();
      for (int j = 0; j < columns(); j++) {
        int column = j;
        if (isFinished(0, column)) {
          places.add(Arrays.stream(rows).map(i -> imageAfter(i, column)).toArray());
        }
      }
    }
    return places;
  }

  /** The final image of {@code row}: that of its last transition. */
  public int lastImage(int row) {
    return imageAfter(row, columns() - 1);
  }

  /** The images that stand for {@code row}: one for each branch, or the end of its trajectory. */
  public int[] outcomes(int row) {
    return branches()
        ? IntStream.range(0, columns()).map(j -> imageAfter(row, j)).toArray()
        : new int[] {lastImage(row)};
  }

  /**
   * The images of the trunk of {@code row}: finished from before its first transition and from
   * after each, {@code [n+1]}. A trunk along the ODE is the same image at every step.
   *
   * @throws IllegalStateException when they are not made
   */
  public int[] trunkImages(int row) {
    Trunk trunk = trunk(row);
    int[] images = new int[columns() + 1];
    Arrays.fill(images, imageBefore(trunk));
    followed(trunk)
        .ifPresent(
            first -> Arrays.setAll(images, j -> j == 0 ? images[0] : imageAfter(first, j - 1)));
    return images;
  }
}
