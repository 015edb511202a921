package dev.meander.loss;

import dev.meander.config.Extensions;
import dev.meander.config.UserError;
import dev.meander.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * {@code loss = mean(policy) + beta * mean(KL)} over a batch of steps (arXiv 2505.05470).
 *
 * @param objective the policy term
 * @param kl the penalty
 */
public record GrpoLoss(Objective objective, KlPenalty kl) {
  private static final int TERMS = 6;

  /**
   * A loss to go backward from, and its numbers.
   *
   * @param total a scalar tensor
   * @param terms read from the engine once, with the ratios
   * @param ratios the probability ratio of every step of the batch
   */
  public record Value(Tensor total, LossTerms terms, float[] ratios) {}

  /**
   * The loss of a batch.
   *
   * @throws LossIsNotFinite naming the term and the step
   */
  public Value loss(StepBatch batch) {
    PolicyTerm policy = objective.policy(batch);
    Tensor divergence = divergence(batch);
    requireOneEach("objective", objective, policy.loss(), batch);
    requireOneEach("objective's ratio of", objective, policy.ratio(), batch);
    requireOneEach("penalty", kl, divergence, batch);
    Tensor policyMean = policy.loss().mean();
    Tensor klMean = divergence.mean();
    Tensor total =
        kl.needsReference() ? policyMean.add(klMean.mul(new Scalar(kl.beta()))) : policyMean;
    float[] numbers = read(policyMean, klMean, total, policy);
    LossTerms terms =
        new LossTerms(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
    if (!Double.isFinite(terms.total())) {
      throw explain(batch, policy, divergence, terms.total());
    }
    return new Value(total, terms, Arrays.copyOfRange(numbers, TERMS, numbers.length));
  }

  /** A shape that broadcasts would train on something else without a word. */
  private static void requireOneEach(String what, Object from, Tensor term, StepBatch batch) {
    int n = batch.steps().length;
    if (term.dim() != 1 || term.size(0) != n) {
      throw new UserError(
          "the %s %s must give a number for each of the %d steps of a batch, not %s"
              .formatted(
                  what, Extensions.named(from.getClass()), n, Arrays.toString(term.shape())));
    }
  }

  private Tensor divergence(StepBatch batch) {
    if (!kl.needsReference()) {
      return torch.zeros_like(batch.advantage());
    }
    Tensor reference =
        batch
            .referenceMean()
            .orElseThrow(
                () -> new IllegalArgumentException("the KL penalty needs the reference's mean"));
    return kl.divergence(batch.current(), reference);
  }

  /** The terms, then the ratios. */
  private static float[] read(Tensor policy, Tensor kl, Tensor total, PolicyTerm parts) {
    Tensor deviation = parts.ratio().sub(new Scalar(1.0)).abs().max();
    List<Tensor> all =
        List.of(
            policy.detach(),
            kl.detach(),
            total.detach(),
            parts.ratio().mean(),
            deviation,
            parts.clipped().mean());
    return Tensors.floats(Tensors.cat(0, Tensors.stack(all, 0), parts.ratio()));
  }

  private static RuntimeException explain(
      StepBatch batch, PolicyTerm policy, Tensor divergence, double total) {
    Map<String, Tensor> terms = new LinkedHashMap<>();
    terms.put("advantage", batch.advantage());
    terms.put("step weight", batch.weight());
    terms.put("old log-prob", batch.oldLogProb());
    terms.put("new log-prob", policy.logProb());
    terms.put("probability ratio", policy.ratio());
    terms.put("policy term", policy.loss());
    terms.put("KL penalty", divergence);
    for (Map.Entry<String, Tensor> term : terms.entrySet()) {
      float[] values = Tensors.floats(term.getValue());
      int first = -1;
      int affected = 0;
      for (int i = 0; i < values.length; i++) {
        if (!Float.isFinite(values[i])) {
          first = first < 0 ? i : first;
          affected++;
        }
      }
      if (first >= 0) {
        return new LossIsNotFinite(
            term.getKey(), batch.steps()[first], values[first], affected, values.length);
      }
    }
    return new LossIsNotFinite(
        "mean over the batch", batch.steps()[0], total, batch.steps().length, batch.steps().length);
  }
}
