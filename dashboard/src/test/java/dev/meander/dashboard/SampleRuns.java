package dev.meander.dashboard;

import dev.meander.event.Event;
import dev.meander.event.EventJson;
import dev.meander.event.Stamped;
import dev.meander.internal.report.RolloutTrace;
import dev.meander.internal.report.TraceStore;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Folders as runs leave them, with numbers that can be told apart. */
public final class SampleRuns {
  /** When their first line was written. */
  public static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  public static final int IMAGES = 96;
  public static final int EVALUATIONS = 960;
  public static final int SECONDS = 10;
  private static final int SIDE = 8;
  private static final String RECIPE =
      """
      name: %s
      description: "seed %d"
      seed: %d
      method:
        dynamics:
          type: flow_sde
        plan:
          type: chains
        credit:
          type: turning_point
      evaluation:
        prompts: "toybox:heldout"
        every: 10
      """;

  private SampleRuns() {}

  /** The recipe alone. */
  public static void recipe(Path run, String name, int seed) throws IOException {
    Files.createDirectories(run);
    Files.writeString(run.resolve("recipe.yaml"), RECIPE.formatted(name, seed, seed));
  }

  /** A run's recipe and the metrics of its first rollouts. */
  public static Path write(Path run, String name, int seed, int total, int done)
      throws IOException {
    recipe(run, name, seed);
    List<String> lines = new ArrayList<>();
    lines.add(line(0, new Event.RunStarted(name, total, 0)));
    lines.add(line(0, evaluation(0, seed)));
    lines.add(line(0, sheet(run, 0)));
    for (int step = 1; step <= done; step++) {
      lines.addAll(rollout(run, step, seed));
    }
    if (done == total) {
      lines.add(line(total, new Event.RunFinished(total, Map.of(), (double) SECONDS * total)));
    }
    Files.write(run.resolve("metrics.jsonl"), lines);
    return run;
  }

  /** The lines of one more rollout. */
  public static List<String> rollout(Path run, int step, int seed) throws IOException {
    List<String> lines = new ArrayList<>();
    double reward = 0.25 + step / 64.0 + seed / 1024.0;
    lines.add(
        line(
            step,
            new Event.RolloutFinished(
                step,
                IMAGES,
                reward,
                0.125,
                Map.of("shape", reward),
                0.0625,
                10,
                EVALUATIONS,
                1.5,
                0.25)));
    lines.add(
        line(step, new Event.ImagesMeasured(step, Map.of("look", 1 - reward), 0.1, 0.2, 0.5, 0.3)));
    lines.add(line(step, new Event.FirstRatioMeasured(step, 3e-7, 1e-4, "")));
    lines.add(
        line(
            step,
            new Event.UpdateFinished(
                step, -0.001, 0.25, 1.0000001, 2e-5, 0.125, 0.5, 3e-4, 384, 0.75)));
    if (step % 10 == 0) {
      lines.add(line(step, evaluation(step, seed)));
      lines.add(line(step, sheet(run, step)));
    }
    return lines;
  }

  /** Appends lines to a run's metrics. */
  public static void append(Path run, List<String> lines) throws IOException {
    Files.write(run.resolve("metrics.jsonl"), lines, StandardOpenOption.APPEND);
  }

  /** One event as a line, at the time of its step. */
  public static String line(long step, Event event) {
    return EventJson.write(new Stamped(START.plusSeconds(SECONDS * step), event));
  }

  private static Event evaluation(int step, int seed) {
    double score = 0.5 + step / 128.0 + seed / 1024.0;
    return new Event.EvaluationFinished(step, score, Map.of("counting", score / 2), 48, 5.0);
  }

  private static Event sheet(Path run, int step) throws IOException {
    String file = "samples/step-%06d.png".formatted(step);
    Files.createDirectories(run.resolve("samples"));
    write(run.resolve(file), 2 * SIDE, SIDE, step);
    return new Event.SamplesDrawn(
        step,
        file,
        List.of(
            new Event.Tile("a red circle", 0.5 + step / 100.0, 0, 0, SIDE, SIDE),
            new Event.Tile("a <b>blue</b> dog", Double.NaN, SIDE, 0, SIDE, SIDE)));
  }

  private static void write(Path file, int width, int height, int shade) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < height; y++) {
        image.setRGB(x, y, (x * 14 << 16) | (y * 28 << 8) | (shade * 5 & 255));
      }
    }
    ImageIO.write(image, "png", file.toFile());
  }

  /** A trace of two groups of two samples with completions after both of two steps, and a sheet. */
  public static void trace(Path run, long rollout) throws IOException {
    List<RolloutTrace.Row> rows = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      float base = i / 8f;
      boolean drawn = i < 2;
      List<RolloutTrace.Picture> pictures = new ArrayList<>();
      for (int k = 0; drawn && k < 3; k++) {
        pictures.add(new RolloutTrace.Picture(k * SIDE, i * SIDE, SIDE, SIDE));
      }
      rows.add(
          new RolloutTrace.Row(
              i < 2 ? "a red circle" : "two dogs",
              10 * rollout + i / 2,
              i % 2,
              true,
              new float[] {i % 2 == 0 ? -1 : 1, 0.5f * i},
              new boolean[] {true, i != 3},
              List.of(
                  new RolloutTrace.Term(
                      "shape",
                      new float[] {base, base + 0.25f, base + 0.125f},
                      new float[0],
                      new float[] {0.25f, -0.125f},
                      new boolean[] {i == 1, false})),
              pictures));
    }
    new TraceStore(run)
        .write(
            new RolloutTrace(
                rollout, RolloutTrace.Kind.STEPS, 10, new int[] {2, 3}, new double[] {1, 1}, rows));
    write(new TraceStore(run).sheet(rollout), 3 * SIDE, 2 * SIDE, (int) rollout);
  }
}
