package dev.meander.internal.report;

import dev.meander.event.Event;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.image.Resample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/** The first and the latest sample sheet of a run, picture beside picture. */
final class Pictures {
  private static final int MOST_PAIRS = 24;
  private static final int LONGEST_SIDE = 320;
  private static final int LONGEST_SHEET_SIDE = 1600;
  private static final int PIXEL_ART = 160;

  private final Path run;

  Pictures(Path run) {
    this.run = run;
  }

  /** Both sheets as figures; empty without sheets. */
  String figures(List<Event.SamplesDrawn> samples) {
    if (samples.isEmpty()) {
      return "";
    }
    Event.SamplesDrawn first = samples.get(0);
    Event.SamplesDrawn last = samples.get(samples.size() - 1);
    try {
      return last.tiles().isEmpty() ? sheets(first, last) : pairs(first, last);
    } catch (IOException | IllegalArgumentException e) {
      return "<p class=\"missing\">" + Html.escape(e.getMessage()) + "</p>";
    }
  }

  private String sheets(Event.SamplesDrawn first, Event.SamplesDrawn last) throws IOException {
    StringBuilder out = new StringBuilder("<div class=\"sheets\">");
    for (Event.SamplesDrawn drawn : first.equals(last) ? List.of(last) : List.of(first, last)) {
      Image sheet = Resample.shrink(Png.read(run.resolve(drawn.path())), LONGEST_SHEET_SIDE);
      out.append(
          "<figure>%s<figcaption>Step %s</figcaption></figure>"
              .formatted(img(sheet, "samples at step " + drawn.step()), Html.count(drawn.step())));
    }
    return out.append("</div>").toString();
  }

  private String pairs(Event.SamplesDrawn first, Event.SamplesDrawn last) throws IOException {
    Image before = Png.read(run.resolve(first.path()));
    Image after = Png.read(run.resolve(last.path()));
    StringBuilder out = new StringBuilder("<div class=\"pairs\">");
    int shown = Math.min(MOST_PAIRS, last.tiles().size());
    for (int i = 0; i < shown; i++) {
      Event.Tile now = last.tiles().get(i);
      boolean paired = !first.equals(last) && i < first.tiles().size();
      Event.Tile then = paired ? first.tiles().get(i) : null;
      out.append("<figure class=\"pair\"><div>");
      if (then != null && then.prompt().equals(now.prompt())) {
        out.append(tile(before, then, first.step()));
      }
      out.append(tile(after, now, last.step())).append("</div><figcaption>");
      out.append(Html.escape(now.prompt())).append("</figcaption></figure>\n");
    }
    return out.append("</div>").toString();
  }

  private static String tile(Image sheet, Event.Tile tile, long step) {
    Image cut = Resample.crop(sheet, tile.x(), tile.y(), tile.width(), tile.height());
    String score = Double.isNaN(tile.reward()) ? "" : " <b>" + Html.number(tile.reward()) + "</b>";
    String alt = tile.prompt() + ", step " + step;
    return "<span>%s<small>step %s%s</small></span>"
        .formatted(img(Resample.shrink(cut, LONGEST_SIDE), alt), Html.count(step), score);
  }

  private static String img(Image image, String alt) {
    String pixels = Math.max(image.width(), image.height()) <= PIXEL_ART ? " class=\"pixels\"" : "";
    return "<img%s width=\"%s\" height=\"%s\" alt=\"%s\" src=\"data:image/png;base64,%s\">"
        .formatted(
            pixels,
            image.width(),
            image.height(),
            Html.escape(alt),
            Base64.getEncoder().encodeToString(Png.encode(image)));
  }
}
