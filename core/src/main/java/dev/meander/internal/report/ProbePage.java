package dev.meander.internal.report;

import java.nio.file.Path;
import java.util.List;

/** A step probe as a page: the reward's spread by step beside the noise-aware weight. */
public final class ProbePage {
  private ProbePage() {}

  /** Writes the page. */
  public static void write(Path file, String recipe, String status, List<StepSpread> spreads) {
    Page.write(file, html(recipe, status, spreads));
  }

  /**
   * The page.
   *
   * @param recipe its name
   * @param status what was measured, as text
   * @param spreads at least one, by step
   */
  public static String html(String recipe, String status, List<StepSpread> spreads) {
    double mean = spreads.stream().mapToDouble(StepSpread::std).average().orElse(0);
    Line spread =
        Line.of(
            "reward spread / its mean",
            Line.Look.DOTTED,
            spreads,
            StepSpread::step,
            s -> mean > 0 ? s.std() / mean : 0);
    Line weight =
        Line.of(
            "noise-aware weight", Line.Look.DOTTED, spreads, StepSpread::step, StepSpread::weight);
    String chart =
        ChartSvg.figure(
            Chart.linear(
                "What noise in one step changes",
                "Both curves have mean 1; a step whose spread is near 0 has little to learn from.",
                spread,
                weight));
    return new Page(
            "Step probe of " + recipe,
            "Step probe of " + recipe,
            Html.escape(status),
            "",
            Page.section("By step", "charts", chart)
                + Page.section("Numbers", "wide", table(spreads)),
            "Made by Meander. Hover over the chart or touch it to read values.")
        .html();
  }

  private static String table(List<StepSpread> spreads) {
    StringBuilder out =
        new StringBuilder(
            "<table class=\"tasks\"><thead><tr><th>step</th><th>sigma</th><th>mean reward</th>"
                + "<th>spread</th><th>weight</th></tr></thead><tbody>\n");
    for (StepSpread s : spreads) {
      out.append(
          "<tr><th>%d</th><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n"
              .formatted(
                  s.step(),
                  Html.number(s.sigma()),
                  Html.number(s.mean()),
                  Html.number(s.std()),
                  Html.number(s.weight())));
    }
    return out.append("</tbody></table>").toString();
  }
}
