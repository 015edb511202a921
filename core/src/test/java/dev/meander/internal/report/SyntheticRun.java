package dev.meander.internal.report;

import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.event.EventSink;
import dev.meander.event.JsonlSink;
import dev.meander.image.Canvas;
import dev.meander.image.Grid;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.internal.runs.RunsFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A run that never happened: metrics, sheets, recipe and provenance as a real one leaves them. */
final class SyntheticRun implements InstantSource {
  private static final String[] COLOURS = {"red", "green", "blue", "yellow", "purple", "orange"};
  private static final int[] RGB = {0xd83b3b, 0x3a9d57, 0x3b6fd8, 0xe0b93a, 0x8a4fc7, 0xe08236};
  private static final String[] TASKS = {
    "single_object", "two_object", "counting", "colors", "position", "color_attr"
  };

  private final Path folder;
  private final int steps;
  private final Random random = new Random(7);
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");

  SyntheticRun(Path folder, int steps) {
    this.folder = folder;
    this.steps = steps;
  }

  @Override
  public Instant instant() {
    return now;
  }

  private void pass(double seconds) {
    now = now.plus(Duration.ofMillis((long) (1000 * seconds)));
  }

  /** Writes the folder up to step {@code until}; the run is finished when that is its last. */
  void write(int until) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(RunsFolder.RECIPE), RECIPE);
    Files.writeString(folder.resolve(RunsFolder.PROVENANCE), PROVENANCE);
    EventSink metrics = JsonlSink.create(folder.resolve(RunsFolder.METRICS));
    try (EventBus bus = new EventBus(this, List.of(metrics))) {
      bus.publish(new Event.RunStarted("toy-tempflow", steps, 0));
      bus.publish(evaluation(0));
      bus.publish(samples(0));
      for (int step = 1; step <= until; step++) {
        step(bus, step);
      }
      if (until == steps) {
        bus.publish(new Event.RunFinished(steps, Map.of("score", 0.6), steps * 3.0));
      }
    }
  }

  private void step(EventBus bus, int step) throws IOException {
    pass(2.1);
    bus.publish(rollout(step));
    double noise = 2e-7 * Math.exp(0.3 * random.nextGaussian());
    bus.publish(new Event.FirstRatioMeasured(step, noise, 1e-4, ""));
    pass(0.8);
    bus.publish(update(step));
    if (step % Math.max(1, steps / 10) == 0) {
      pass(12);
      bus.publish(evaluation(step));
      bus.publish(samples(step));
      bus.publish(new Event.CheckpointSaved(step, "checkpoints/" + step));
    }
    if (step == steps / 2) {
      bus.publish(
          new Event.Message(
              step,
              Event.Level.WARNING,
              "gold score falls while the reward rises: look at the samples <now>"));
    }
  }

  private double gain(int step) {
    return 1 - Math.exp(-3.0 * step / steps);
  }

  private Event rollout(int step) {
    double reward = 0.42 + 0.3 * gain(step) + 0.025 * random.nextGaussian();
    Map<String, Double> rewards = new LinkedHashMap<>();
    rewards.put("compositional", reward);
    rewards.put("sharpness", 0.3 + 0.1 * gain(step) + 0.01 * random.nextGaussian());
    double silent = Math.max(0, 0.08 + 0.2 * gain(step) + 0.03 * random.nextGaussian());
    double seconds = 2.1 + 0.1 * random.nextDouble();
    return new Event.RolloutFinished(
        step, 96, reward, 0.2, rewards, silent, 10, 960, seconds, 0.02 * seconds);
  }

  private Event update(int step) {
    return new Event.UpdateFinished(
        step,
        -1e-4 * random.nextDouble(),
        0.002 * Math.pow(gain(step), 2) * (1 + 0.1 * random.nextGaussian()),
        1 + 1e-6 * random.nextGaussian(),
        6e-5 * Math.exp(0.5 * random.nextGaussian()),
        Math.max(0, 0.03 + 0.02 * random.nextGaussian()),
        0.02 * Math.exp(0.4 * random.nextGaussian()) * (step % 97 == 0 ? 20 : 1),
        3e-4,
        864,
        0.8 + 0.05 * random.nextDouble());
  }

  private Event evaluation(int step) {
    Map<String, Double> tasks = new LinkedHashMap<>();
    for (int i = 0; i < TASKS.length; i++) {
      double start = 0.85 - 0.13 * i;
      double rise = (0.95 - start) * 0.6 * gain(step);
      tasks.put(TASKS[i], start + rise + 0.01 * random.nextGaussian());
    }
    double score = tasks.values().stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    return new Event.EvaluationFinished(step, score, tasks, 500, 12.0);
  }

  private Event samples(int step) throws IOException {
    List<Grid.Tile> tiles = new ArrayList<>();
    List<Double> rewards = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      double reward = Math.min(1, 0.2 + 0.07 * i + 0.5 * gain(step));
      rewards.add(reward);
      tiles.add(Grid.Tile.scored(picture(i, reward), prompt(i), reward));
    }
    Grid.Sheet sheet = Grid.compose("step " + step, tiles, Grid.Style.columns(4).withScale(2));
    String path = "samples/%06d.png".formatted(step);
    Png.write(folder.resolve(path), sheet.image());
    List<Event.Tile> drawn = new ArrayList<>();
    for (int i = 0; i < tiles.size(); i++) {
      Grid.Box box = sheet.boxes().get(i);
      drawn.add(
          new Event.Tile(prompt(i), rewards.get(i), box.x(), box.y(), box.width(), box.height()));
    }
    return new Event.SamplesDrawn(step, path, drawn);
  }

  private static String prompt(int i) {
    return "a photo of a %s square left of a %s bar"
        .formatted(COLOURS[i % 6], COLOURS[(i + 2) % 6]);
  }

  private Image picture(int i, double sharp) {
    Canvas canvas = new Canvas(64, 64, 0xdedbd2);
    int blur = (int) (14 * (1 - sharp));
    canvas.fill(8 + blur, 18 + i, 20 - blur, 22, RGB[i % 6]);
    canvas.fill(42 - blur, 10 + blur, 8 + blur / 2, 40 - blur, RGB[(i + 2) % 6]);
    for (int n = 0; n < 900 * (1 - sharp); n++) {
      canvas.fill(random.nextInt(64), random.nextInt(64), 1, 1, 0xb0a890 + random.nextInt(0x30));
    }
    return canvas.toImage();
  }

  private static final String RECIPE =
      """
      name: toy-tempflow
      seed: 1
      model:
        kind: toy-mmdit
        width: 256
        layers: 6
        lora: {rank: 32, alpha: 64}
      method:
        kind: tempflow-grpo
        seeds: 4
        branches: 6
        branch_steps: [0, 1, 2, 3, 4, 5, 6, 7, 8]
        weighting: noise-aware
      sampler: {steps: 10, dynamics: flow-sde, noise: 0.7, guidance_scale: 3.0}
      rewards:
        - {name: compositional, weight: 1.0}
        - {name: sharpness, weight: 0.1}
      optim: {learning_rate: 0.0003, weight_decay: 0.0001, clip_range: 0.0001, beta: 0.004}
      """;

  private static final String PROVENANCE =
      """
      {"meander": "0.1.0", "commit": "5a2cb7c", "java": "17.0.15", "engine": "libtorch 2.10.0",
       "base_model": {"file": "base.safetensors", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
       "prompts": {"train": "train.jsonl", "lines": 20000}, "machine": "2 cores"}
      """;
}
