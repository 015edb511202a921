package dev.meander.cli.check;

import dev.meander.reward.ServerAnswer;
import java.util.ArrayList;
import java.util.List;

/**
 * The servers of a reward.
 *
 * @param patient whether they may still be starting: then none that is ready is no problem yet
 */
record ServersCheck(RewardRole scorer, boolean patient) implements Check {
  @Override
  public String subject() {
    return scorer.subject();
  }

  @Override
  public List<Line> run(Rehearsal rehearsal) {
    rehearsal.reward(scorer).requireAvailable();
    List<ServerAnswer> answers = scorer.provider().servers(scorer.config());
    boolean any = answers.stream().anyMatch(ServerAnswer::ready);
    if (!any && !answers.isEmpty() && !patient) {
      rehearsal.reward(scorer).withhold("has no server");
    }
    List<Line> lines = new ArrayList<>();
    for (ServerAnswer answer : answers) {
      String what = answer.address() + ": " + answer.says();
      lines.add(
          answer.ready()
              ? Line.ok(subject(), what)
              : new Line(
                  any || patient ? Line.Level.WARNING : Line.Level.PROBLEM,
                  subject(),
                  what,
                  "start that server, or correct endpoints"));
    }
    return lines;
  }
}
