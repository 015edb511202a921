package dev.meander.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.credit.RewardTable;
import dev.meander.event.Event;
import dev.meander.loss.LossTerms;
import java.util.Optional;

/**
 * What a run has seen of its own health: it warns of a thing when it begins, and again only after
 * it had ended. Checkpoints hold it, so a resumed run warns as one that was not stopped.
 *
 * @param silent the last rollouts in a row whose groups all had equal rewards
 * @param drifts whether the ratio of the last rollout's updates drifted
 */
record Health(int silent, boolean drifts) {
  static final Health START = new Health(0, false);

  /** Rollouts in a row without signal that are more than chance. */
  static final int SEVERAL = 5;

  Health afterRollout(double zeroStdRatio) {
    return new Health(zeroStdRatio < 1 ? 0 : silent + 1, drifts);
  }

  Health afterUpdate(LossTerms terms, double clipRange) {
    return new Health(silent, Math.abs(terms.ratioMean() - 1) > clipRange);
  }

  Optional<Event.SignalLost> lost(long step, RewardTable rewards) {
    return silent == SEVERAL
        ? Optional.of(new Event.SignalLost(step, silent, NoSignal.reason(rewards)))
        : Optional.empty();
  }

  Optional<Event.RatioDrifted> drifted(
      Health before, long step, LossTerms terms, double clipRange) {
    return drifts && !before.drifts
        ? Optional.of(new Event.RatioDrifted(step, terms.ratioMean(), clipRange))
        : Optional.empty();
  }

  ObjectNode toJson() {
    return JsonNodeFactory.instance.objectNode().put("silent", silent).put("drifts", drifts);
  }

  static Health fromJson(JsonNode node) {
    return new Health(node.path("silent").asInt(), node.path("drifts").asBoolean());
  }
}
