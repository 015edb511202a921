package dev.meander.cli.study;

import dev.meander.train.Cost;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A study as a page that stands alone: curves with bands, a table, the pairs. */
public final class StudyPage {
  private static final String[] COLOURS = {
    "#2463cf", "#c9600a", "#0b8473", "#ad3a86", "#8f7400", "#6a50c8", "#b3383b", "#4a6b8a",
    "#3d7a1f"
  };
  private static final int WIDTH = 560;
  private static final int HEIGHT = 320;
  private static final int LEFT = 52;
  private static final int BOTTOM = 40;

  private StudyPage() {}

  /** A curve with the band of its intervals. */
  private record Curve(String name, double[] x, List<Estimate> y) {}

  /** The whole document. */
  public static String html(StudyResult result) {
    String curves =
        figure("Gain by network evaluations", curves(result, Cost::evaluations))
            + figure("Gain by seconds of training", curves(result, Cost::seconds));
    return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%1$s</title>
        <style>
        :root { color-scheme: light dark; }
        body { margin: 0 auto; max-width: 1200px; padding: 24px; font: 15px/1.5 system-ui, sans-serif; }
        .figures { display: flex; flex-wrap: wrap; gap: 24px; } figure { margin: 0; flex: 1 1 460px; }
        svg { width: 100%%; height: auto; } svg text { font-size: 12px; fill: currentColor; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: 5px 10px; text-align: right; border-bottom: 1px solid #8884; white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; }
        </style>
        </head>
        <body>
        <h1>%1$s</h1>
        <p>%2$s</p>
        <div class="figures">%3$s</div>
        <h2>At the end</h2>
        <div class="wide">%4$s</div>
        <h2>Probability of improvement</h2>
        <p>How probably a run of the first ends above one of the second, with its 95%% interval; open where one half lies inside.</p>
        <div class="wide">%5$s</div>
        <p>Gains are over the untrained model, on the same prompts and noise; images of each prompt at the end: %6$d. Intervals are percentiles of a bootstrap that draws whole
        trainings, and prompts within their task. IQM is the interquartile mean over seeds and tasks.</p>
        </body>
        </html>
        """
        .formatted(
            escape(result.name()),
            escape(result.question()),
            curves,
            table(result),
            pairs(result),
            result.imagesPerPrompt());
  }

  private static List<Curve> curves(StudyResult result, ToDoubleFunction<Cost> spent) {
    return result.rows().stream()
        .map(
            row ->
                new Curve(
                    row.variant(),
                    row.course().stream().mapToDouble(p -> spent.applyAsDouble(p.cost())).toArray(),
                    row.course().stream().map(StudyResult.Point::mean).toList()))
        .toList();
  }

  private static String table(StudyResult result) {
    return rows(result.columns().cells(result.rows()));
  }

  private static String pairs(StudyResult result) {
    List<List<String>> rows =
        new ArrayList<>(List.of(List.of("first", "second", "probability", "95%", "")));
    for (StudyResult.Pair pair : result.pairs()) {
      Estimate p = pair.probability();
      rows.add(
          List.of(
              pair.a(),
              pair.b(),
              number("%.2f", p.value()),
              p.interval(),
              p.differsFrom(0.5) ? "" : "open"));
    }
    return rows(rows);
  }

  private static String rows(List<List<String>> rows) {
    StringBuilder out = new StringBuilder("<table>\n");
    for (List<String> row : rows) {
      String cell = out.length() < 10 ? "th" : "td";
      out.append("<tr>");
      row.forEach(c -> out.append("<%1$s>%2$s</%1$s>".formatted(cell, escape(c))));
      out.append("</tr>\n");
    }
    return out.append("</table>").toString();
  }

  /** The one place that draws. */
  private static String figure(String title, List<Curve> curves) {
    double right = curves.stream().mapToDouble(c -> c.x()[c.x().length - 1]).max().orElse(1);
    double low =
        curves.stream().flatMap(c -> c.y().stream()).mapToDouble(Estimate::low).min().orElse(0);
    double high =
        curves.stream().flatMap(c -> c.y().stream()).mapToDouble(Estimate::high).max().orElse(1);
    double bottom = Math.min(0, low);
    double span = Math.max(1e-6, high - bottom);
    StringBuilder out =
        new StringBuilder(
            "<figure><figcaption>%s</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n"
                .formatted(escape(title), WIDTH, HEIGHT + 16 * curves.size(), escape(title)));
    for (int i = 0; i <= 4; i++) {
      double y = HEIGHT - BOTTOM - (HEIGHT - BOTTOM - 10) * i / 4.0;
      double x = LEFT + (WIDTH - LEFT - 20) * i / 4.0;
      out.append(
          number(
              "<path d=\"M%d %.1fH%d\" stroke=\"#8884\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
              LEFT, y, WIDTH - 20, LEFT - 6, y + 4, number("%.3f", bottom + span * i / 4)));
      out.append(
          number(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
              x, HEIGHT - BOTTOM + 18, number("%,.0f", right * i / 4)));
    }
    for (int c = 0; c < curves.size(); c++) {
      Curve curve = curves.get(c);
      String colour = COLOURS[c % COLOURS.length];
      String dash = c < COLOURS.length ? "" : " stroke-dasharray=\"5 4\"";
      StringBuilder line = new StringBuilder();
      StringBuilder above = new StringBuilder();
      StringBuilder below = new StringBuilder();
      for (int i = 0; i < curve.x().length; i++) {
        double x = LEFT + (WIDTH - LEFT - 20) * curve.x()[i] / Math.max(1e-9, right);
        Estimate y = curve.y().get(i);
        line.append(point(x, (y.value() - bottom) / span));
        above.append(point(x, (y.high() - bottom) / span));
        below.insert(0, point(x, (y.low() - bottom) / span));
      }
      out.append(
          number(
              "<polygon points=\"%s%s\" fill=\"%s\" fill-opacity=\".1\"/><polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>",
              above, below, colour, line, colour, dash));
      int y = HEIGHT + 16 * c;
      out.append(
          number(
              "<path d=\"M%d %dh20\" stroke=\"%s\" stroke-width=\"2\"%s/><text x=\"%d\" y=\"%d\">%s</text>\n",
              LEFT, y - 4, colour, dash, LEFT + 28, y, escape(curve.name())));
    }
    return out.append("</svg></figure>\n").toString();
  }

  private static String point(double x, double share) {
    return String.format(
        Locale.ROOT, "%.1f,%.1f ", x, HEIGHT - BOTTOM - (HEIGHT - BOTTOM - 10) * share);
  }

  private static String number(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
