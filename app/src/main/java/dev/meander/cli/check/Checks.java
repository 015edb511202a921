package dev.meander.cli.check;

import dev.meander.config.UserError;
import dev.meander.reward.RewardFailed;
import dev.meander.tensor.Engine;
import dev.meander.train.TrainConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The checks in their order; one that fails keeps back only those that need the same thing. */
public final class Checks {
  private final List<Check> checks;

  Checks(List<Check> checks) {
    this.checks = checks;
  }

  /**
   * Everything that can be known before a run.
   *
   * @param withModel whether the model is loaded, and a rollout tried
   */
  public static Checks of(TrainConfig config, boolean withModel) {
    List<Check> checks = cheap(config, false);
    checks.add(3, new EvaluationCheck());
    checks.add(new MemoryCheck());
    RewardRole.distinct(config).forEach(s -> checks.add(new KnownPicturesCheck(s)));
    if (withModel) {
      checks.add(new TokensCheck());
      checks.add(new MiniatureCheck());
    }
    return new Checks(checks);
  }

  /**
   * What takes a run's first seconds. It loads the model and tries the rest by itself, and servers
   * may start while it does.
   */
  public static Checks ofTheFirstSeconds(TrainConfig config) {
    List<Check> checks = cheap(config, true);
    RewardRole.distinct(config).stream()
        .filter(s -> !s.provider().knownPictures(s.config()).isEmpty())
        .forEach(s -> checks.add(new KnownPicturesCheck(s)));
    return new Checks(checks);
  }

  private static List<Check> cheap(TrainConfig config, boolean patient) {
    List<Check> checks = new ArrayList<>();
    checks.add(new ModelCheck());
    checks.add(new DiskCheck());
    checks.add(new PromptsCheck());
    RewardRole.of(config).forEach(s -> checks.add(new ScorableCheck(s)));
    RewardRole.distinct(config).forEach(s -> checks.add(new ServersCheck(s, patient)));
    return checks;
  }

  /**
   * Runs them all.
   *
   * @param heard hears every line at once
   */
  public List<Line> run(Rehearsal rehearsal, Consumer<Line> heard) {
    List<Line> lines = new ArrayList<>();
    for (Check check : checks) {
      for (Line line : run(check, rehearsal)) {
        heard.accept(line);
        lines.add(line);
      }
    }
    return lines;
  }

  private static List<Line> run(Check check, Rehearsal rehearsal) {
    try {
      return check.run(rehearsal);
    } catch (Unavailable e) {
      return List.of(new Line(Line.Level.NOT_TRIED, check.subject(), e.getMessage(), ""));
    } catch (UserError | RewardFailed e) {
      return List.of(Line.problem(check.subject(), e.getMessage(), ""));
    } catch (RuntimeException e) {
      return List.of(Line.problem(check.subject(), Engine.firstLine(e), ""));
    }
  }
}
