package dev.meander.internal.report;

import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.image.Resample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** One trajectory as a page: its completions in a row, what each step earned, turning points. */
public final class ExplainPage {
  private static final int PIXEL_ART = 160;

  private ExplainPage() {}

  /** Writes the page. */
  public static void write(Path file, Trajectory trajectory, Optional<Image> sheet) {
    Page.write(file, html(trajectory, sheet));
  }

  /**
   * The page.
   *
   * @param sheet the sheet of the rollout's pictures, when it has one
   */
  public static String html(Trajectory trajectory, Optional<Image> sheet) {
    RolloutTrace.Row row = trajectory.numbers();
    StringBuilder body = new StringBuilder();
    for (int r = 0; r < row.terms().size(); r++) {
      RolloutTrace.Term term = row.terms().get(r);
      body.append(Page.section(term.name(), "strip", strip(trajectory, term, sheet)));
      body.append(Page.section("", "charts", chart(trajectory, term)).replace("<h2></h2>", ""));
    }
    String what =
        switch (trajectory.trace().kind()) {
          case FINAL -> "The method scores the final image alone; every step shares its reward.";
          case STEPS -> "Each picture is the latent after a step, finished by the ODE.";
          case BRANCHES ->
              "Each picture is a branch that left the trunk at a step, finished by the ODE.";
        };
    String status =
        "%s <small>rollout %d, sample %d of its group, noise %d. %s</small>"
            .formatted(
                Html.escape(row.prompt()),
                trajectory.trace().rollout(),
                trajectory.sample(),
                row.noise(),
                trajectory.isTrunk() ? what + " This sample is the trunk itself." : what);
    return new Page(
            "Rollout " + trajectory.trace().rollout() + ": " + row.prompt(),
            "What each step earned",
            status,
            "",
            body.toString(),
            "Made by Meander. R is the reward, r its change, A the advantage over the group.")
        .html();
  }

  private static String strip(
      Trajectory trajectory, RolloutTrace.Term term, Optional<Image> sheet) {
    List<RolloutTrace.Picture> pictures = trajectory.numbers().pictures();
    List<String> images = new ArrayList<>();
    for (RolloutTrace.Picture p : sheet.isPresent() ? pictures : List.<RolloutTrace.Picture>of()) {
      images.add(img(Resample.crop(sheet.get(), p.x(), p.y(), p.width(), p.height())));
    }
    StringBuilder out = new StringBuilder();
    RolloutTrace.Kind kind = trajectory.trace().kind();
    if (kind == RolloutTrace.Kind.STEPS) {
      String image = images.isEmpty() ? "" : images.remove(0);
      out.append(
          "<figure class=\"moment\">%s<figcaption><h3>start</h3><b>R %s</b></figcaption></figure>\n"
              .formatted(image, Html.number(trajectory.start(term))));
    }
    List<Trajectory.Step> steps = trajectory.steps(term);
    for (int j = 0; j < steps.size(); j++) {
      boolean pictured = kind != RolloutTrace.Kind.FINAL || j == steps.size() - 1;
      int at = kind == RolloutTrace.Kind.FINAL ? 0 : j;
      out.append(
          moment(
              steps.get(j),
              pictured && at < images.size() ? images.get(at) : "",
              kind == RolloutTrace.Kind.BRANCHES));
    }
    return out.toString();
  }

  private static String moment(Trajectory.Step step, String image, boolean branch) {
    StringBuilder facts = new StringBuilder();
    if (!Double.isNaN(step.reward())) {
      facts.append("<b>R %s</b>".formatted(Html.number(step.reward())));
    }
    if (branch && !Double.isNaN(step.before())) {
      facts.append("<span>trunk R %s</span>".formatted(Html.number(step.before())));
    }
    if (!Double.isNaN(step.change())) {
      facts.append("<span>r %s</span>".formatted(signed(step.change())));
    }
    facts.append("<span>credit %s</span>".formatted(signed(step.credit())));
    facts.append("<span>A %s</span>".formatted(signed(step.advantage())));
    facts.append("<span>weight %s</span>".formatted(Html.number(step.weight())));
    facts.append(step.turningPoint() ? "<em>turning point</em>" : "");
    facts.append(step.trained() ? "" : "<small>not trained</small>");
    return "<figure class=\"moment%s\">%s<figcaption><h3>step %d</h3>%s</figcaption></figure>\n"
        .formatted(step.turningPoint() ? " turning" : "", image, step.step(), facts);
  }

  private static String signed(double value) {
    String direction = value > 0 ? "up" : value < 0 ? "down" : "";
    return "<i class=\"%s\">%s</i>".formatted(direction, Html.change(value));
  }

  /** The reward along the trajectory, where more than its end is known. */
  private static String chart(Trajectory trajectory, RolloutTrace.Term term) {
    if (trajectory.trace().kind() == RolloutTrace.Kind.FINAL) {
      return "";
    }
    boolean start = trajectory.trace().kind() == RolloutTrace.Kind.STEPS;
    List<Trajectory.Step> steps = new ArrayList<>(trajectory.steps(term));
    double[] at = new double[steps.size() + (start ? 1 : 0)];
    double[] rewards = new double[at.length];
    for (int i = 0; i < at.length; i++) {
      boolean first = start && i == 0;
      Trajectory.Step step = steps.get(Math.max(0, i - (start ? 1 : 0)));
      at[i] = first ? step.step() : step.step() + 1;
      rewards[i] = first ? trajectory.start(term) : step.reward();
    }
    Line line = new Line(term.name(), Line.Look.DOTTED, at, rewards);
    return ChartSvg.figure(
        Chart.linear("Reward", "By the number of steps of the schedule taken.", line));
  }

  private static String img(Image image) {
    String pixels = Math.max(image.width(), image.height()) <= PIXEL_ART ? " class=\"pixels\"" : "";
    return "<img%s width=\"%s\" height=\"%s\" alt=\"\" src=\"data:image/png;base64,%s\">"
        .formatted(
            pixels,
            image.width(),
            image.height(),
            Base64.getEncoder().encodeToString(Png.encode(image)));
  }
}
