package dev.meander.pretrain;

import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.optim.AdamW;
import dev.meander.optim.AdamWConfig;
import dev.meander.optim.Ema;
import dev.meander.optim.EmaConfig;
import dev.meander.optim.GradClip;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.tensor.Workers;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.TensorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * One stage of pretraining: minimises a loss that is a function of the update's number alone, so
 * that a killed stage continues exactly from its last checkpoint, one file.
 */
final class Stage {
  private static final AdamWConfig ADAMW = new AdamWConfig(0.9, 0.99, 1e-8, 0.01);
  private static final GradClip CLIP = new GradClip(1);
  private static final int REPORT_EVERY = 50;
  private static final int SAVE_EVERY = 500;
  private static final String STEP = "step";

  private final String name;
  private final StageConfig config;
  private final Map<String, Tensor> parameters;
  private final Path checkpoint;
  private final EventBus events;

  /**
   * @param checkpoint the file that the state is kept in
   */
  Stage(
      String name,
      StageConfig config,
      Map<String, Tensor> parameters,
      Path checkpoint,
      EventBus events) {
    this.name = name;
    this.config = config;
    this.parameters = parameters;
    this.checkpoint = checkpoint;
    this.events = events;
  }

  /** The loss of a part of an update's batch. */
  interface Loss {
    /**
     * Computes it.
     *
     * @param step the update's number
     * @param first the part's first example within the batch
     * @param count its examples
     * @return their mean loss
     */
    Tensor of(long step, int first, int count);
  }

  /** Trains to the end; the parameters then hold their averages. */
  void run(Loss lossOf) {
    parameters.values().forEach(t -> t.set_requires_grad(true));
    try (AdamW adam = new AdamW(parameters, ADAMW);
        Ema ema = new Ema(parameters, new EmaConfig(config.emaDecay(), 1, 10))) {
      long start = Files.exists(checkpoint) ? restore(adam, ema) : 0;
      events.publish(new Event.StageStarted(name, config.steps(), start));
      long begun = System.nanoTime();
      double last = loop(start, adam, ema, lossOf);
      finish(ema);
      events.publish(
          new Event.StageFinished(name, config.steps(), last, (System.nanoTime() - begun) / 1e9));
    }
  }

  private double loop(long start, AdamW adam, Ema ema, Loss lossOf) {
    double sum = 0;
    double mean = Double.NaN;
    long since = System.nanoTime();
    for (long step = start; step < config.steps(); step++) {
      sum += update(step, adam, lossOf);
      ema.update();
      long done = step + 1;
      if (done % REPORT_EVERY == 0 || done == config.steps()) {
        long counted = (done - 1) % REPORT_EVERY + 1;
        mean = sum / counted;
        double seconds = (System.nanoTime() - since) / 1e9;
        events.publish(
            new Event.PretrainProgress(
                name,
                done,
                config.steps(),
                mean,
                config.rate(step),
                counted * config.batchSize() / seconds));
        sum = 0;
        since = System.nanoTime();
      }
      if (done % SAVE_EVERY == 0 || done == config.steps()) {
        save(done, adam, ema);
      }
    }
    return mean;
  }

  private double update(long step, AdamW adam, Loss lossOf) {
    try (Scope scope = new Scope()) {
      double value = accumulate(step, lossOf);
      if (!Double.isFinite(value)) {
        throw new IllegalStateException(
            "stage " + name + ": the loss is " + value + " at update " + step);
      }
      CLIP.clip(parameters);
      adam.step(config.rate(step));
      adam.zeroGrad();
      return value;
    }
  }

  /** Gradients of the whole batch, its parts computed at once; returns its mean loss. */
  private double accumulate(long step, Loss lossOf) {
    Workers workers = Engine.workers();
    double[] losses = new double[workers.count()];
    workers.backward(
        config.batchSize(),
        List.copyOf(parameters.values()),
        part -> {
          double share = (double) part.size() / config.batchSize();
          Tensor loss = lossOf.of(step, part.from(), part.size()).mul(new Scalar(share));
          losses[part.index()] = Tensors.scalar(loss);
          return loss;
        });
    return Arrays.stream(losses).sum();
  }

  private void finish(Ema ema) {
    Autograd.noGrad(
        () -> {
          ema.averages().forEach((n, average) -> parameters.get(n).copy_(average));
          parameters.values().forEach(t -> t.set_requires_grad(false));
        });
  }

  private void save(long step, AdamW adam, Ema ema) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> all = new LinkedHashMap<>();
      parameters.forEach((n, t) -> all.put("model." + n, t));
      adam.state().forEach((n, t) -> all.put("optimizer." + n, t));
      ema.state().forEach((n, t) -> all.put("ema." + n, t));
      EngineTensors.save(checkpoint, all, DType.F32, Map.of(STEP, Long.toString(step)));
    }
  }

  private long restore(AdamW adam, Ema ema) {
    try (Scope scope = new Scope();
        TensorStore store = TensorStore.open(checkpoint)) {
      Map<String, Tensor> all = store.load(store.names(), DType.F32);
      Autograd.noGrad(() -> part(all, "model.").forEach((n, t) -> parameters.get(n).copy_(t)));
      adam.load(part(all, "optimizer."));
      ema.load(part(all, "ema."));
      return Long.parseLong(store.metadata().get(STEP));
    } catch (NumberFormatException e) {
      throw new UserError(
          checkpoint + " is no checkpoint of pretraining: it does not say its step", e);
    }
  }

  private static Map<String, Tensor> part(Map<String, Tensor> all, String prefix) {
    Map<String, Tensor> part = new LinkedHashMap<>();
    all.forEach(
        (n, t) -> {
          if (n.startsWith(prefix)) {
            part.put(n.substring(prefix.length()), t);
          }
        });
    return part;
  }
}
