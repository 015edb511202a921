package dev.meander.train;

import dev.meander.distributed.Peers;
import dev.meander.layout.RolloutLayout;
import dev.meander.reward.GroupReward;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import dev.meander.reward.Samples;
import dev.meander.reward.Scorer;
import dev.meander.rollout.FinishedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Scores images as they are finished, each reward in threads of its own, while others are still
 * being sampled. A reward that compares the images of a group gets those of a prompt and a place of
 * the tree when the last of them is there.
 */
final class Scoring implements Consumer<List<FinishedImage>> {
  private final List<String> names;
  private final List<? extends Scorer> rewards;
  private final List<ExecutorService> threads;
  private final List<List<Part>> parts = new ArrayList<>(); // of each reward
  private final int images;
  private final Map<Integer, Integer> at = new HashMap<>(); // place here of the layout's images
  private final List<int[]> wholes = new ArrayList<>(); // places with all their images here
  private final Map<Integer, Integer> wholeOf = new HashMap<>(); // which of them an image is in
  private final int[] missing; // images of each that are not finished
  private final Reward.Sample[] held; // what groups wait for
  private final Consumer<String> doing;
  private double waited;
  private LongConsumer scored = n -> {};

  /** Images that one reward was given together, and their scores. */
  private record Part(int[] images, Future<float[]> scores) {}

  /**
   * @param names the names of the rewards, for messages
   * @param threads the threads for each reward, as many as it may be called at once
   * @param layout the rollout's tree
   * @param own the images that are scored here, by the layout's numbers; they are handed on by
   *     their place in it
   * @param doing hears how far it is while it is waited for
   */
  Scoring(
      List<String> names,
      List<? extends Scorer> rewards,
      List<ExecutorService> threads,
      RolloutLayout layout,
      int[] own,
      Consumer<String> doing) {
    this.doing = doing;
    this.images = own.length;
    this.names = names;
    this.rewards = rewards;
    this.threads = threads;
    this.held = new Reward.Sample[images];
    rewards.forEach(reward -> parts.add(new ArrayList<>()));
    IntStream.range(0, images).forEach(i -> at.put(own[i], i));
    if (comparesGroups()) {
      for (int[] place : layout.places()) {
        if (Arrays.stream(place).allMatch(at::containsKey)) {
          int[] here = Arrays.stream(place).map(at::get).toArray();
          Arrays.stream(here).forEach(i -> wholeOf.put(i, wholes.size()));
          wholes.add(here);
        }
      }
    }
    this.missing = wholes.stream().mapToInt(whole -> whole.length).toArray();
  }

  private boolean comparesGroups() {
    return rewards.stream().anyMatch(GroupReward.class::isInstance);
  }

  /** How many scores there will be. */
  long size() {
    return (long) images * rewards.size();
  }

  /**
   * Names who hears of every score, in the thread that made it.
   *
   * @param listener receives how many more there are
   */
  void tell(LongConsumer listener) {
    scored = listener;
  }

  /**
   * Begins to score.
   *
   * @throws RuntimeException what a reward threw about earlier images, so that sampling stops early
   */
  @Override
  public void accept(List<FinishedImage> finished) {
    List<Reward.Sample> samples =
        Samples.of(
            finished.stream().map(f -> f.group().prompt()).toList(),
            finished.stream().map(FinishedImage::image).toList());
    int[] indices = finished.stream().mapToInt(FinishedImage::index).toArray();
    parts.forEach(
        own -> own.stream().map(Part::scores).filter(Future::isDone).forEach(Scoring::get));
    for (int r = 0; r < rewards.size(); r++) {
      if (rewards.get(r) instanceof Reward reward) {
        begin(r, indices, () -> reward.score(samples));
      }
    }
    for (int i = 0; i < indices.length && !wholes.isEmpty(); i++) {
      hold(indices[i], samples.get(i));
    }
  }

  private void hold(int index, Reward.Sample sample) {
    Integer whole = wholeOf.get(index);
    if (whole == null) {
      return; // of a group that others have images of, too
    }
    held[index] = sample;
    if (--missing[whole] == 0) {
      int[] indices = wholes.get(whole);
      List<Reward.Sample> group = Arrays.stream(indices).mapToObj(i -> held[i]).toList();
      Arrays.stream(indices).forEach(i -> held[i] = null);
      for (int r = 0; r < rewards.size(); r++) {
        if (rewards.get(r) instanceof GroupReward reward) {
          begin(r, indices, () -> reward.score(group));
        }
      }
    }
  }

  private void begin(int r, int[] indices, Callable<float[]> work) {
    String name = names.get(r);
    Callable<float[]> counted =
        () -> {
          float[] scores = checked(name, work.call(), indices.length);
          scored.accept(scores.length);
          return scores;
        };
    parts.get(r).add(new Part(indices, threads.get(r).submit(counted)));
  }

  /**
   * Scores the groups whose images several processes made; all processes call it, after sampling.
   */
  void scoreCut(Peers peers, long step, SharedRollout rollout) {
    if (peers.size() == 1 || !comparesGroups()) {
      return;
    }
    CutGroups cut = new CutGroups(peers, step, rollout);
    for (int r = 0; r < rewards.size(); r++) {
      if (rewards.get(r) instanceof GroupReward reward) {
        String name = names.get(r);
        doing.accept(name + ", groups that processes share");
        long started = System.nanoTime();
        ExecutorService pool = threads.get(r);
        List<Future<float[]>> begun =
            cut.mine().stream()
                .map(group -> pool.submit(() -> checked(name, reward.score(group), group.size())))
                .toList();
        List<float[]> mine = begun.stream().map(Scoring::get).toList();
        waited += (System.nanoTime() - started) / 1e9;
        List<float[]> all = cut.exchange(name, mine);
        for (int c = 0; c < all.size(); c++) {
          take(r, cut.places().get(c), all.get(c));
        }
      }
    }
  }

  /** The images that are this process's. */
  private void take(int r, int[] place, float[] scores) {
    for (int k = 0; k < place.length; k++) {
      Integer here = at.get(place[k]);
      if (here != null) {
        float[] score = {scores[k]};
        parts.get(r).add(new Part(new int[] {here}, CompletableFuture.completedFuture(score)));
      }
    }
  }

  /** A score that is missing or no number must not become an advantage. */
  private static float[] checked(String name, float[] scores, int count) {
    if (scores.length != count) {
      throw new RewardFailed(
          "reward %s gave %d scores for %d images".formatted(name, scores.length, count));
    }
    for (float score : scores) {
      if (!Float.isFinite(score)) {
        throw new RewardFailed(
            "reward %s gave a score that is not finite: %s".formatted(name, score));
      }
    }
    return scores;
  }

  /**
   * Waits for the scores of every image by each reward, by the number of the image.
   *
   * @throws RuntimeException what a reward threw
   */
  List<float[]> scores() {
    long started = System.nanoTime();
    try {
      return IntStream.range(0, parts.size()).mapToObj(this::join).toList();
    } finally {
      waited += (System.nanoTime() - started) / 1e9;
      parts.forEach(own -> own.forEach(part -> part.scores().cancel(true)));
    }
  }

  /** Seconds that {@link #scores} had to wait. */
  double waited() {
    return waited;
  }

  private float[] join(int reward) {
    float[] all = new float[images];
    int scored = 0;
    for (Part part : parts.get(reward)) {
      doing.accept("%s, %d of %d scored".formatted(names.get(reward), scored, images));
      float[] scores = get(part.scores());
      for (int i = 0; i < scores.length; i++) {
        all[part.images()[i]] = scores[i];
      }
      scored += scores.length;
    }
    if (scored != images) {
      throw new IllegalStateException("%d of %d images were scored".formatted(scored, images));
    }
    return all;
  }

  private static float[] get(Future<float[]> part) {
    try {
      return part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while an image was being scored", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
