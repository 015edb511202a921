package dev.meander.rollout;

import dev.meander.image.Image;
import dev.meander.layout.RolloutLayout;
import dev.meander.layout.Trunk;
import dev.meander.sampler.Ode;
import dev.meander.sampler.StepDistribution;
import dev.meander.sampler.StepTimes;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * One rollout in progress: whatever is alive (trunks, and latents that the ODE finishes, of all
 * prompts, each at its own noise level) shares passes of the network as wide as the batch size
 * allows. Where not all fit, the first prompts go first, and of these the paths furthest from the
 * end: so images are finished, decoded and handed on while later prompts are still being sampled.
 */
final class Wavefront {
  private static final int DELIVERY = 64;

  private final Rollout rollout;
  private final RolloutLayout layout;
  private final GroupConditioning prompts;
  private final Rollout.Extras extras;
  private final RolloutListener listener;
  private final TreeMap<Integer, Deque<Path>> alive = new TreeMap<>();
  private final Deque<Integer> undelivered = new ArrayDeque<>(); // images whose latents are there
  private final Tensor[] clean; // by image
  private final Image[] images;
  private final Tensor[][] before; // [n][N], each of one row
  private final Tensor[][] after;
  private final Tensor[][] logProbs;
  private final Tensor[][] means;
  private final Tensor[][] references;
  private long passes;
  private long evaluations;

  Wavefront(
      Rollout rollout,
      RolloutLayout layout,
      GroupConditioning prompts,
      Rollout.Extras extras,
      RolloutListener listener) {
    this.rollout = rollout;
    this.layout = layout;
    this.prompts = prompts;
    this.extras = extras;
    this.listener = listener;
    this.clean = new Tensor[layout.images()];
    this.images = new Image[layout.images()];
    this.before = new Tensor[layout.columns()][layout.rows()];
    this.after = new Tensor[layout.columns()][layout.rows()];
    this.logProbs = new Tensor[layout.columns()][layout.rows()];
    this.means = new Tensor[layout.columns()][layout.rows()];
    this.references = new Tensor[layout.columns()][layout.rows()];
  }

  Rollout.Result run() {
    List<Trunk> trunks = layout.trunks();
    List<float[]> noise = trunks.parallelStream().map(this::initial).toList();
    for (int i = 0; i < trunks.size(); i++) {
      Tensor latent = Tensors.of(noise.get(i), rollout.latentShape());
      add(new Path.Followed(trunks.get(i), 0, latent));
    }
    while (!alive.isEmpty()) {
      pass(take());
      listener.passed();
      deliver(Math.min(DELIVERY, rollout.batchSize()));
    }
    deliver(1);
    return new Rollout.Result(
        layout,
        new Transitions(
            join(before),
            join(after),
            join(logProbs),
            extras.means() ? Optional.of(join(means)) : Optional.empty(),
            extras.reference().map(r -> join(references))),
        new CleanLatents(List.of(clean)),
        List.of(images),
        new Rollout.Cost(passes, evaluations));
  }

  private static List<Tensor> join(Tensor[][] rows) {
    return Arrays.stream(rows)
        .filter(r -> r.length > 0)
        .map(r -> Tensors.stack(Arrays.asList(r), 0))
        .toList();
  }

  private float[] initial(Trunk trunk) {
    float[] values = new float[dims()];
    rollout.noise().initial(groupId(trunk), trunk.noise(), values, 0, values.length);
    return values;
  }

  private long groupId(Trunk trunk) {
    return layout.groups().get(trunk.group()).groupId();
  }

  private int dims() {
    long[] shape = rollout.latentShape();
    return Math.toIntExact(shape[0] * shape[1] * shape[2]);
  }

  private void add(Path path) {
    if (path instanceof Path.Finishing end && path.step() == rollout.schedule().steps()) {
      clean[end.image()] = end.latent();
      undelivered.add(end.image());
    } else {
      int key = path.trunk().group() * rollout.schedule().steps() + path.step();
      alive.computeIfAbsent(key, k -> new ArrayDeque<>()).add(path);
    }
  }

  /** Decodes finished latents and hands their images on, when there are {@code least} or more. */
  private void deliver(int least) {
    while (undelivered.size() >= least && !undelivered.isEmpty()) {
      List<Integer> next = new ArrayList<>();
      while (next.size() < DELIVERY && !undelivered.isEmpty()) {
        next.add(undelivered.remove());
      }
      List<Image> decoded;
      try (Scope scope = new Scope()) {
        List<Tensor> latents = next.stream().map(i -> clean[i]).toList();
        decoded = rollout.decoder().decode(Tensors.stack(latents, 0));
      }
      List<FinishedImage> handed = new ArrayList<>();
      for (int i = 0; i < next.size(); i++) {
        int image = next.get(i);
        images[image] = decoded.get(i);
        handed.add(new FinishedImage(image, layout.groupOfImage(image), decoded.get(i)));
      }
      listener.finished(handed);
    }
  }

  /**
   * As many paths as fit into a pass: the first prompts' first, and of these the earliest steps.
   */
  private List<Path> take() {
    List<Path> taken = new ArrayList<>();
    while (!alive.isEmpty() && taken.size() < rollout.batchSize()) {
      Deque<Path> next = alive.firstEntry().getValue();
      taken.add(next.remove());
      if (next.isEmpty()) {
        alive.pollFirstEntry();
      }
    }
    return taken;
  }

  private void pass(List<Path> paths) {
    try (Scope scope = new Scope()) {
      passes++;
      evaluations += paths.size();
      Tensor latents = Tensors.stack(paths.stream().map(Path::latent).toList(), 0);
      StepTimes times = times(paths);
      Tensor v = velocity(paths, latents, times);
      Tensor ode = Ode.step(latents, times, v);
      List<Path.Followed> trunks = new ArrayList<>();
      List<Integer> places = new ArrayList<>();
      for (int i = 0; i < paths.size(); i++) {
        if (paths.get(i) instanceof Path.Followed trunk && layout.window().contains(trunk.step())) {
          trunks.add(trunk);
          places.add(i);
        } else {
          add(paths.get(i).next(scope.keep(ode.select(0, i))));
        }
      }
      if (!trunks.isEmpty()) {
        Tensor index =
            Tensors.of(places.stream().mapToLong(Integer::longValue).toArray(), places.size());
        step(trunks, latents.index_select(0, index), v.index_select(0, index), scope);
        Tensor straight = ode.index_select(0, index);
        for (int i = 0; i < trunks.size(); i++) {
          goOn(trunks.get(i), straight.select(0, i), scope);
        }
      }
    }
  }

  private StepTimes times(List<? extends Path> paths) {
    return StepTimes.of(rollout.schedule(), paths.stream().mapToInt(Path::step).toArray());
  }

  private Tensor velocity(List<? extends Path> paths, Tensor latents, StepTimes times) {
    int[] groups = paths.stream().mapToInt(p -> p.trunk().group()).toArray();
    return rollout
        .velocity()
        .velocity(latents, times.sigma(), prompts.prompts(groups), prompts.negative(groups.length));
  }

  /** The stochastic step of {@code trunks}, which are at {@code x} with the velocity {@code v}. */
  private void step(List<Path.Followed> trunks, Tensor x, Tensor v, Scope scope) {
    StepTimes times = times(trunks);
    StepDistribution step = rollout.dynamics().step(x, times, v);
    evaluations += extras.reference().isPresent() ? trunks.size() : 0;
    Optional<Tensor> referenceMean =
        extras
            .reference()
            .map(
                policy ->
                    policy.under(
                        () ->
                            rollout.dynamics().step(x, times, velocity(trunks, x, times)).mean()));
    int successors = trunks.get(0).trunk().rows();
    for (int s = 0; s < successors; s++) {
      Tensor next = step.sample(noise(trunks, s));
      Tensor logProb = step.logProb(next);
      for (int i = 0; i < trunks.size(); i++) {
        Path.Followed trunk = trunks.get(i);
        int column = trunk.step() - layout.window().start();
        int row = trunk.trunk().firstRow() + s;
        before[column][row] = trunk.latent();
        after[column][row] = scope.keep(next.select(0, i));
        logProbs[column][row] = scope.keep(logProb.select(0, i));
        if (extras.means()) {
          means[column][row] = scope.keep(step.mean().select(0, i));
        }
        if (referenceMean.isPresent()) {
          references[column][row] = scope.keep(referenceMean.get().select(0, i));
        }
        succeed(trunk, column, row, after[column][row]);
      }
    }
  }

  /** What becomes of a transition: the trunk goes on from it, or it is finished to an image. */
  private void succeed(Path.Followed trunk, int column, int row, Tensor latent) {
    boolean last = column == layout.columns() - 1;
    if (layout.isTrunk(row) && !last) {
      add(trunk.next(latent));
    } else if (layout.isFinished(row, column)) {
      add(trunk.finishing(layout.imageAfter(row, column), latent));
    }
  }

  /**
   * What the ODE's step of a trunk is for: the trunk goes on along it; or it finishes the latent
   * that the stochastic step left, which needs no evaluation of its own.
   */
  private void goOn(Path.Followed trunk, Tensor ode, Scope scope) {
    int column = trunk.step() - layout.window().start();
    OptionalInt followed = layout.followed(trunk.trunk());
    boolean last = column == layout.columns() - 1;
    if (followed.isEmpty() && !last) {
      add(trunk.next(scope.keep(ode)));
    } else if (followed.isEmpty() || column == 0) {
      if (layout.finishesStarts()) {
        add(trunk.finishing(layout.imageBefore(trunk.trunk()), scope.keep(ode)));
      }
    } else if (layout.isFinished(followed.getAsInt(), column - 1)) {
      add(trunk.finishing(layout.imageAfter(followed.getAsInt(), column - 1), scope.keep(ode)));
    }
  }

  private Tensor noise(List<Path.Followed> trunks, int successor) {
    int dims = dims();
    float[] values = new float[trunks.size() * dims];
    IntStream.range(0, trunks.size())
        .parallel() // each a function of whose noise it is; the workers have nothing to do here
        .forEach(
            i -> {
              Trunk trunk = trunks.get(i).trunk();
              rollout
                  .noise()
                  .step(
                      groupId(trunk),
                      trunk.member(),
                      trunks.get(i).step(),
                      successor,
                      values,
                      i * dims,
                      dims);
            });
    long[] shape = rollout.latentShape();
    return Tensors.of(values, trunks.size(), shape[0], shape[1], shape[2]);
  }
}
