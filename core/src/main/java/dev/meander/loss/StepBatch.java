package dev.meander.loss;

import dev.meander.sampler.StepDistribution;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What the objective looks at for B pairs of sample and step.
 *
 * @param steps which step of the schedule each is, {@code [B]}; named in errors
 * @param current the step's distribution under the network that is being trained
 * @param next the latent that the rollout drew, {@code [B, ...]}
 * @param oldLogProb its log-density at the rollout, {@code [B]}
 * @param oldMean the step's mean at the rollout, {@code [B, ...]}; only where the objective {@link
 *     Objective#needsOldMean needs} it
 * @param delta how far the step goes, {@code sigma - sigmaNext}, {@code [B]}
 * @param advantage {@code [B]}
 * @param weight the weight of the policy term (not of the KL), {@code [B]}; all ones where the
 *     method has none
 * @param referenceMean the mean of the step under the reference network, {@code [B, ...]}; only
 *     where the penalty {@link KlPenalty#needsReference needs} it
 */
public record StepBatch(
    int[] steps,
    StepDistribution current,
    Tensor next,
    Tensor oldLogProb,
    Optional<Tensor> oldMean,
    Tensor delta,
    Tensor advantage,
    Tensor weight,
    Optional<Tensor> referenceMean) {}
