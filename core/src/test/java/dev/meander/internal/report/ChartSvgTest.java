package dev.meander.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ChartSvgTest {
  private static final double[] STEPS = {0, 5, 10};

  @Test
  void pointsLieWhereTheirValuesSay() {
    // The plot is 344 x 186 pixels from (46, 10); the axis goes from 0 to 1.
    String svg = figure(line("a", Line.Look.PLAIN, 0, 1, 0.5));
    assertThat(svg).contains("d=\"M46.0 196.0L218.0 10.0L390.0 103.0\"");
  }

  @Test
  void aHoleLiftsThePenAndIsNotInTheHover() throws Exception {
    double[] steps = {0, 5, 10, 20};
    Line line = new Line("a", Line.Look.PLAIN, steps, new double[] {0, Double.NaN, 1, 0.5});
    String svg = figure(line);
    assertThat(svg).contains("d=\"M46.0 196.0M218.0 10.0L390.0 103.0\"");
    assertThat(hover(svg).get(0).get("step").toString()).isEqualTo("[0,10,20]");
    assertThat(hover(svg).get(0).get("text").toString())
        .isEqualTo("[\"0.000\",\"1.000\",\"0.500\"]");
  }

  @Test
  void aLogarithmicChartLeavesOutWhatIsNotPositive() {
    Chart chart = Chart.logarithmic("t", "h", line("a", Line.Look.PLAIN, 0, 1e-4, 1e-2));
    assertThat(ChartSvg.figure(chart)).contains("d=\"M218.0 196.0L390.0 10.0\"");
    Chart none = Chart.logarithmic("t", "h", line("a", Line.Look.PLAIN, 0, -1, 0));
    assertThat(ChartSvg.figure(none)).isEmpty();
  }

  @Test
  void chartsWithoutValuesAreLeftOut() {
    assertThat(figure(line("a", Line.Look.PLAIN, Double.NaN, Double.NaN, Double.NaN))).isEmpty();
    assertThat(ChartSvg.figure(Chart.linear("t", "h"))).isEmpty();
  }

  @Test
  void severalCurvesHaveALegendAndOneHasNone() {
    Line a = line("alpha", Line.Look.PLAIN, 0, 1, 0);
    Line b = line("beta", Line.Look.DOTTED, 0, 1, 0);
    assertThat(figure(a)).doesNotContain("legend");
    assertThat(figure(a, b))
        .contains("<li style=\"--c:var(--s1)\">alpha</li><li style=\"--c:var(--s2)\">beta</li>");
    assertThat(figure(a, b).split("<circle")).hasSize(1 + 3);
  }

  @Test
  void aReferenceWidensTheAxisAndIsNamed() {
    Chart chart =
        Chart.logarithmic("t", "h", line("a", Line.Look.PLAIN, 1e-6, 1e-5, 1e-5))
            .with(new Chart.Reference("clip range", 1e-4));
    assertThat(ChartSvg.figure(chart)).contains(">clip range</text>").contains("M46 10.0H390");
  }

  @Test
  void namesCannotBreakOutAndTheSvgIsWellFormed() throws Exception {
    String svg =
        figure(
            line("</script><b>\"'&", Line.Look.SMOOTHED, 0, 1, 0),
            line("b", Line.Look.DOTTED, 0, 1, 0));
    assertThat(svg).doesNotContain("</script><b>");
    assertThat(hover(svg).get(0).get("name").asText()).isEqualTo("</script><b>\"'&");
    int end = svg.indexOf("</svg>") + 6;
    String xml = svg.substring(svg.indexOf("<svg"), end);
    assertThat(
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)))
                .getElementsByTagName("circle")
                .getLength())
        .isEqualTo(3);
  }

  private static JsonNode hover(String figure) throws Exception {
    Matcher json =
        Pattern.compile("<script type=\"application/json\">(.*?)</script>").matcher(figure);
    assertThat(json.find()).isTrue();
    return new ObjectMapper().readTree(json.group(1));
  }

  private static String figure(Line... lines) {
    return ChartSvg.figure(Chart.linear("t", "h", lines));
  }

  private static Line line(String name, Line.Look look, double... values) {
    return new Line(name, look, STEPS, values);
  }
}
