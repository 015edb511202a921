package dev.meander.internal.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/** Draws a {@link Chart} as a figure of inline SVG, with its numbers beside it for the hover. */
final class ChartSvg {
  static final int WIDTH = 400;
  static final int HEIGHT = 220;
  private static final int LEFT = 46;
  private static final int RIGHT = 10;
  private static final int TOP = 10;
  private static final int BOTTOM = 24;
  private static final int MOST_POINTS = 400;
  private static final int COLOURS = 6;

  private final Chart chart;
  private final List<Line> lines;
  private final Axis x;
  private final Axis y;
  private final StringBuilder out = new StringBuilder();

  private ChartSvg(Chart chart, List<Line> lines) {
    this.chart = chart;
    this.lines = lines;
    double[] steps = range(lines.stream().map(Line::steps).toList(), false);
    List<double[]> all = new ArrayList<>(lines.stream().map(Line::values).toList());
    chart.references().forEach(reference -> all.add(new double[] {reference.value()}));
    double[] values = range(all, chart.logarithmic());
    this.x = Axis.exact(Math.min(0, steps[0]), steps[1]);
    this.y =
        chart.logarithmic()
            ? Axis.logarithmic(values[0], values[1])
            : Axis.linear(values[0], values[1]);
  }

  /** The figure; empty when there is nothing to draw. */
  static String figure(Chart chart) {
    List<Line> lines = chart.lines().stream().filter(line -> drawable(line, chart)).toList();
    return lines.isEmpty() ? "" : new ChartSvg(chart, lines).draw();
  }

  private static boolean drawable(Line line, Chart chart) {
    for (double value : line.values()) {
      if (Double.isFinite(value) && (value > 0 || !chart.logarithmic())) {
        return true;
      }
    }
    return false;
  }

  private static double[] range(List<double[]> all, boolean positive) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (double[] values : all) {
      for (double value : values) {
        if (Double.isFinite(value) && (value > 0 || !positive)) {
          min = Math.min(min, value);
          max = Math.max(max, value);
        }
      }
    }
    return new double[] {min, max};
  }

  private String draw() {
    out.append("<figure class=\"chart\"><figcaption><h3>")
        .append(Html.escape(chart.title()))
        .append("</h3><p>")
        .append(Html.escape(chart.hint()))
        .append("</p></figcaption>");
    out.append(
        "<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(WIDTH, HEIGHT, Html.escape(spoken())));
    grid();
    referenceLines();
    for (int i = 0; i < lines.size(); i++) {
      curve(lines.get(i), i);
    }
    referenceNames();
    out.append("<g class=\"cursor\"></g></svg>\n");
    legend();
    out.append("<script type=\"application/json\">")
        .append(numbers())
        .append("</script></figure>\n");
    return out.toString();
  }

  private String spoken() {
    Line line = lines.get(0);
    int last = line.values().length - 1;
    return "%s: %s from %s at step %s to %s at step %s"
        .formatted(
            chart.title(),
            line.name(),
            Html.number(line.values()[0]),
            Html.count((long) line.steps()[0]),
            Html.number(line.values()[last]),
            Html.count((long) line.steps()[last]));
  }

  private void grid() {
    for (Axis.Tick tick : y.ticks()) {
      String at = Html.at(top(tick.value()));
      out.append("<path class=\"grid\" d=\"M%s %sH%s\"/>".formatted(LEFT, at, WIDTH - RIGHT));
      out.append(
          "<text x=\"%s\" y=\"%s\" dy=\".35em\" class=\"y\">%s</text>\n"
              .formatted(LEFT - 6, at, tick.text()));
    }
    for (Axis.Tick tick : x.ticks()) {
      out.append(
          "<text x=\"%s\" y=\"%s\" class=\"x\">%s</text>"
              .formatted(Html.at(left(tick.value())), HEIGHT - 6, tick.text()));
    }
    out.append('\n');
  }

  private void referenceLines() {
    for (Chart.Reference reference : chart.references()) {
      out.append(
          "<path class=\"reference\" d=\"M%s %sH%s\"/>"
              .formatted(LEFT, Html.at(top(reference.value())), WIDTH - RIGHT));
    }
  }

  private void referenceNames() {
    for (Chart.Reference reference : chart.references()) {
      out.append(
          "<text x=\"%s\" y=\"%s\" dy=\"-4\" class=\"reference\">%s</text>\n"
              .formatted(
                  WIDTH - RIGHT, Html.at(top(reference.value())), Html.escape(reference.name())));
    }
  }

  private void curve(Line line, int index) {
    int[] kept = line.thinned(MOST_POINTS);
    String style = " style=\"--c:var(--s%s)\"".formatted(index % COLOURS + 1);
    if (line.look() == Line.Look.SMOOTHED) {
      out.append("<path class=\"faint\"%s d=\"%s\"/>\n".formatted(style, path(line, kept)));
      out.append(
          "<path class=\"line\"%s d=\"%s\"/>\n"
              .formatted(style, path(line.smoothed(chart.logarithmic()), kept)));
      return;
    }
    String dashed = index >= COLOURS ? " dashed" : "";
    out.append("<path class=\"line%s\"%s d=\"%s\"/>\n".formatted(dashed, style, path(line, kept)));
    if (line.look() == Line.Look.DOTTED || kept.length == 1) {
      for (int i : kept) {
        if (visible(line.values()[i])) {
          out.append(
              "<circle%s cx=\"%s\" cy=\"%s\" r=\"2.6\"/>"
                  .formatted(
                      style, Html.at(left(line.steps()[i])), Html.at(top(line.values()[i]))));
        }
      }
    }
  }

  private String path(Line line, int[] kept) {
    StringBuilder path = new StringBuilder();
    boolean pen = false;
    for (int i : kept) {
      double value = line.values()[i];
      if (visible(value)) {
        path.append(pen ? 'L' : 'M').append(Html.at(left(line.steps()[i])));
        path.append(' ').append(Html.at(top(value)));
      }
      pen = visible(value);
    }
    return path.toString();
  }

  private boolean visible(double value) {
    return Double.isFinite(value) && (value > 0 || !chart.logarithmic());
  }

  private double left(double step) {
    return LEFT + x.position(step) * (WIDTH - LEFT - RIGHT);
  }

  private double top(double value) {
    return TOP + (1 - y.position(value)) * (HEIGHT - TOP - BOTTOM);
  }

  private void legend() {
    if (lines.size() < 2) {
      return;
    }
    out.append("<ul class=\"legend\">");
    for (int i = 0; i < lines.size(); i++) {
      out.append(
          "<li%s style=\"--c:var(--s%s)\">%s</li>"
              .formatted(
                  i >= COLOURS ? " class=\"dashed\"" : "",
                  i % COLOURS + 1,
                  Html.escape(lines.get(i).name())));
    }
    out.append("</ul>\n");
  }

  /** For every curve the places of its points and the texts that the hover shows. */
  private String numbers() {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (Line line : lines) {
      int[] kept = line.thinned(MOST_POINTS);
      ObjectNode node = all.addObject().put("name", line.name());
      ArrayNode steps = node.putArray("step");
      ArrayNode lefts = node.putArray("x");
      ArrayNode tops = node.putArray("y");
      ArrayNode texts = node.putArray("text");
      for (int i : kept) {
        if (visible(line.values()[i])) {
          steps.add((long) line.steps()[i]);
          lefts.add(rounded(left(line.steps()[i])));
          tops.add(rounded(top(line.values()[i])));
          texts.add(Html.number(line.values()[i]));
        }
      }
    }
    return all.toString().replace("<", "\\u003c"); // so that no name can end the script element
  }

  private static BigDecimal rounded(double coordinate) {
    return new BigDecimal(coordinate, new MathContext(4));
  }
}
