package dev.meander.rollout;

import dev.meander.image.Image;
import dev.meander.prompt.PromptGroup;
import dev.meander.reward.Reward;
import dev.meander.sampler.Ode;
import dev.meander.sampler.StepDistribution;
import dev.meander.sampler.StepTimes;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/**
 * One rollout in progress: whatever is alive (trunks, branches, completions of all prompts, each at
 * its own noise level) shares passes of the network as wide as the batch size allows. Where not all
 * fit, the first prompts go first, and of these the paths furthest from the end: so images are
 * finished, decoded and handed on while later prompts are still being sampled.
 */
final class Wavefront {
  private static final Ode ODE = new Ode();
  private static final int DELIVERY = 64;

  private final Rollout rollout;
  private final List<PromptGroup> groups;
  private final StepRange window;
  private final Rollout.Extras extras;
  private final Consumer<List<Reward.Sample>> finished;
  private final Conditioning conditioning; // a row for each group
  private final Conditioning negative; // one row
  private final int successors;
  private final TreeMap<Integer, Deque<Path>> alive = new TreeMap<>();
  private final Transitions transitions;
  private final List<Tensor> finals = new ArrayList<>();
  private final List<Integer> finalGroups = new ArrayList<>();
  private final List<Image> images = new ArrayList<>(); // of the first finals
  private final int[][] afterStep;
  private final int[] beforeSteps;
  private long passes;
  private long evaluations;

  /** The tensors of every transition: [n][N], each of one row. */
  private static final class Transitions {
    private final Tensor[][] before;
    private final Tensor[][] after;
    private final Tensor[][] logProbs;
    private final Tensor[][] means;
    private final Tensor[][] references;

    Transitions(int columns, int rows) {
      before = new Tensor[columns][rows];
      after = new Tensor[columns][rows];
      logProbs = new Tensor[columns][rows];
      means = new Tensor[columns][rows];
      references = new Tensor[columns][rows];
    }

    static List<Tensor> join(Tensor[][] rows) {
      return Arrays.stream(rows).map(r -> Tensors.stack(Arrays.asList(r), 0)).toList();
    }
  }

  Wavefront(
      Rollout rollout,
      List<PromptGroup> groups,
      StepRange window,
      Rollout.Extras extras,
      Consumer<List<Reward.Sample>> finished) {
    this.rollout = rollout;
    this.groups = groups;
    this.window = window;
    this.extras = extras;
    this.finished = finished;
    this.successors = rollout.plan().successors();
    this.conditioning =
        rollout.prompts().encode(groups.stream().map(g -> g.prompt().text()).toList());
    this.negative = rollout.prompts().encode(List.of(""));
    int rows = groups.stream().mapToInt(PromptGroup::size).sum();
    this.transitions = new Transitions(window.size(), rows);
    this.afterStep = new int[rows][window.size()];
    this.beforeSteps = new int[rows];
    Arrays.stream(afterStep).forEach(row -> Arrays.fill(row, -1));
    Arrays.fill(beforeSteps, -1);
  }

  Trajectories run() {
    start();
    while (!alive.isEmpty()) {
      pass(take());
      deliver(Math.min(DELIVERY, rollout.batchSize()));
    }
    deliver(1);
    int rows = beforeSteps.length;
    long[] groupIds = new long[rows];
    long[] noiseIds = new long[rows];
    long[] index = new long[rows];
    int row = 0;
    for (int g = 0; g < groups.size(); g++) {
      for (int i = 0; i < groups.get(g).size(); i++, row++) {
        groupIds[row] = groups.get(g).groupId();
        noiseIds[row] = noiseOf(groups.get(g), i / successors);
        index[row] = g;
      }
    }
    return new Trajectories(
        groups,
        groupIds,
        noiseIds,
        window.steps().toArray(),
        Transitions.join(transitions.before),
        Transitions.join(transitions.after),
        Transitions.join(transitions.logProbs),
        extras.means() ? Optional.of(Transitions.join(transitions.means)) : Optional.empty(),
        extras.reference().map(r -> Transitions.join(transitions.references)),
        conditioning,
        index,
        negative,
        new Finals(
            List.copyOf(images),
            finalGroups.stream().mapToInt(Integer::intValue).toArray(),
            afterStep,
            beforeSteps),
        new Trajectories.Cost(passes, evaluations));
  }

  private void start() {
    int dims = dims();
    int row = 0;
    for (int g = 0; g < groups.size(); g++) {
      PromptGroup group = groups.get(g);
      for (int t = 0; t < group.size() / successors; t++) {
        float[] values = new float[dims];
        rollout.noise().initial(group.groupId(), noiseOf(group, t), values, 0, dims);
        Tensor latent = Tensors.of(values, rollout.latentShape());
        add(new Path(new Path.Trunk(g, t), Path.TRUNK, row, 0, latent));
        row += successors;
      }
    }
  }

  /** Which of the group's initial noises a trunk starts from. */
  private int noiseOf(PromptGroup group, int trunk) {
    int trunks = group.size() / successors;
    return trunk / (trunks / rollout.plan().initialNoises(group.size()));
  }

  private int dims() {
    long[] shape = rollout.latentShape();
    return Math.toIntExact(shape[0] * shape[1] * shape[2]);
  }

  private void add(Path path) {
    if (path.step() == rollout.schedule().steps()) {
      finish(path);
    } else {
      alive.computeIfAbsent(key(path), key -> new ArrayDeque<>()).add(path);
    }
  }

  private void finish(Path path) {
    int image = finals.size();
    finals.add(path.latent());
    finalGroups.add(path.trunk().group());
    if (path.column() == Path.START) {
      Arrays.fill(beforeSteps, path.row(), path.row() + successors, image);
    } else {
      afterStep[path.row()][path.column()] = image;
    }
  }

  /** Decodes finished latents and hands their images on, when there are {@code least} or more. */
  private void deliver(int least) {
    while (finals.size() - images.size() >= least) {
      int from = images.size();
      int to = Math.min(finals.size(), from + DELIVERY);
      try (Scope scope = new Scope()) {
        images.addAll(rollout.decoder().decode(Tensors.stack(finals.subList(from, to), 0)));
      }
      List<Reward.Sample> samples = new ArrayList<>();
      for (int i = from; i < to; i++) {
        samples.add(new Reward.Sample(groups.get(finalGroups.get(i)).prompt(), images.get(i)));
      }
      finished.accept(samples);
    }
  }

  /** As many paths as fit into a pass, those with the smallest {@link #key} first. */
  private List<Path> take() {
    List<Path> taken = new ArrayList<>();
    int first = alive.firstKey();
    while (!alive.isEmpty()
        && taken.size() < rollout.batchSize()
        && (rollout.packing() == Packing.WAVEFRONT || alive.firstKey() == first)) {
      Deque<Path> next = alive.firstEntry().getValue();
      taken.add(next.remove());
      if (next.isEmpty()) {
        alive.pollFirstEntry();
      }
    }
    return taken;
  }

  /** Orders paths by prompt and step; step by step, by step and the transition they finish. */
  private int key(Path path) {
    return rollout.packing() == Packing.WAVEFRONT
        ? path.trunk().group() * rollout.schedule().steps() + path.step()
        : path.step() * (window.size() - Path.TRUNK) + path.column() - Path.TRUNK;
  }

  private void pass(List<Path> paths) {
    try (Scope scope = new Scope()) {
      passes++;
      evaluations += paths.size();
      Tensor latents = Tensors.stack(paths.stream().map(Path::latent).toList(), 0);
      StepTimes times = times(paths);
      Tensor v = velocity(paths, latents, times);
      Tensor ode = ODE.step(latents, times, v).mean();
      List<Integer> stochastic = new ArrayList<>();
      for (int i = 0; i < paths.size(); i++) {
        Path path = paths.get(i);
        if (path.isTrunk() && window.contains(path.step())) {
          stochastic.add(i);
        } else {
          add(path.next(scope.keep(ode.select(0, i))));
        }
      }
      if (!stochastic.isEmpty()) {
        step(paths, stochastic, latents, v, ode, scope);
      }
    }
  }

  private StepTimes times(List<Path> paths) {
    return StepTimes.of(rollout.schedule(), paths.stream().mapToInt(Path::step).toArray());
  }

  private Tensor velocity(List<Path> paths, Tensor latents, StepTimes times) {
    int n = paths.size();
    long[] group = paths.stream().mapToLong(p -> p.trunk().group()).toArray();
    return rollout
        .velocity()
        .velocity(
            latents,
            times.sigma(),
            conditioning.select(Tensors.of(group, n)),
            negative.select(Tensors.of(new long[n], n)));
  }

  /** The stochastic step of the trunks among {@code all} that are at one. */
  private void step(
      List<Path> all, List<Integer> which, Tensor latents, Tensor v, Tensor ode, Scope scope) {
    List<Path> trunks = which.stream().map(all::get).toList();
    Tensor index = Tensors.of(which.stream().mapToLong(Integer::longValue).toArray(), which.size());
    Tensor x = latents.index_select(0, index);
    StepTimes times = times(trunks);
    StepDistribution step = rollout.dynamics().step(x, times, v.index_select(0, index));
    Optional<Tensor> referenceMean =
        extras
            .reference()
            .map(
                policy ->
                    policy.under(
                        () ->
                            rollout.dynamics().step(x, times, velocity(trunks, x, times)).mean()));
    for (int s = 0; s < successors; s++) {
      Tensor after = step.sample(noise(trunks, s));
      Tensor logProb = step.logProb(after);
      for (int i = 0; i < trunks.size(); i++) {
        Path trunk = trunks.get(i);
        int column = trunk.step() - window.start();
        int row = trunk.row() + s;
        Tensor next = scope.keep(after.select(0, i));
        transitions.before[column][row] = trunk.latent();
        transitions.after[column][row] = next;
        transitions.logProbs[column][row] = scope.keep(logProb.select(0, i));
        if (extras.means()) {
          transitions.means[column][row] = scope.keep(step.mean().select(0, i));
        }
        if (referenceMean.isPresent()) {
          transitions.references[column][row] = scope.keep(referenceMean.get().select(0, i));
        }
        succeed(trunk, s, next);
      }
    }
    for (int i = 0; i < trunks.size(); i++) {
      goOn(trunks.get(i), scope.keep(ode.select(0, which.get(i))));
    }
  }

  /** What becomes of a trunk's successor. */
  private void succeed(Path trunk, int successor, Tensor latent) {
    RolloutPlan plan = rollout.plan();
    int column = trunk.step() - window.start();
    boolean last = column == window.size() - 1;
    boolean trunkGoesOn = plan.stochasticTrunk() && successor == 0 && !last;
    if (trunkGoesOn) {
      add(trunk.next(latent));
    }
    if (!trunkGoesOn || extras.completions() || plan.finishesEverySuccessor()) {
      add(trunk.finishing(column, trunk.row() + successor, latent));
    }
  }

  /** What becomes of the trunk along the ODE. */
  private void goOn(Path trunk, Tensor ode) {
    boolean last = trunk.step() == window.end() - 1;
    if (rollout.plan().stochasticTrunk()) {
      if (extras.completions() && trunk.step() == window.start()) {
        add(trunk.finishing(Path.START, trunk.row(), ode));
      }
    } else if (!last) {
      add(trunk.next(ode));
    } else if (extras.completions()) {
      add(trunk.finishing(Path.START, trunk.row(), ode));
    }
  }

  private Tensor noise(List<Path> trunks, int successor) {
    int dims = dims();
    float[] values = new float[trunks.size() * dims];
    for (int i = 0; i < trunks.size(); i++) {
      Path path = trunks.get(i);
      rollout
          .noise()
          .step(
              groups.get(path.trunk().group()).groupId(),
              path.trunk().member(),
              path.step(),
              successor,
              values,
              i * dims,
              dims);
    }
    long[] shape = rollout.latentShape();
    return Tensors.of(values, trunks.size(), shape[0], shape[1], shape[2]);
  }
}
