/**
 * Rewards that are computed elsewhere: the protocol of docs/remote-rewards.md with its client and
 * its reference server, and a judge that is a vision-language model behind an OpenAI-compatible
 * interface.
 *
 * <p>A {@link Call} goes to {@link Servers}, which asks one server after the other, waits and asks
 * again, until one gives an answer that makes sense or patience ends in a {@link
 * dev.meander.reward.RewardFailed}. Everything that is not one finite score for each sample is a
 * {@link Fault}.
 *
 * <p>Internal.
 */
package dev.meander.reward.remote;
