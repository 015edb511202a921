package dev.meander.train;

import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.image.Grid;
import dev.meander.image.Png;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Draws some of an evaluation's images with their prompts and scores, the same ones each time. */
record SampleSheet(RunDirectory run, EventBus events) {
  static final int TILES = 24;
  private static final int COLUMNS = 8;
  private static final int SCALE = 2;

  void draw(long step, Evaluator.Result result) {
    // Neighbouring prompts are of different tasks, so the first ones are a fair choice.
    int count = Math.min(TILES, result.samples().size());
    List<Grid.Tile> tiles = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      var sample = result.samples().get(i);
      tiles.add(Grid.Tile.scored(sample.image(), sample.prompt().text(), result.scores()[i]));
    }
    Grid.Sheet sheet = Grid.compose(tiles, Grid.Style.columns(COLUMNS).withScale(SCALE));
    run.makeSamples();
    Path file = run.samples().resolve("step-%06d.png".formatted(step));
    try {
      Png.write(file, sheet.image());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
    List<Event.Tile> described = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Grid.Box box = sheet.boxes().get(i);
      described.add(
          new Event.Tile(
              result.samples().get(i).prompt().text(),
              result.scores()[i],
              box.x(),
              box.y(),
              box.width(),
              box.height()));
    }
    events.publish(
        new Event.SamplesDrawn(
            step, run.root().relativize(file).toString().replace('\\', '/'), described));
  }
}
