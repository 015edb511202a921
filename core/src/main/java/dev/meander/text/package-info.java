/**
 * From prompts to conditioning: tokenizers, text encoders, and their joining.
 *
 * <p>Letters in shapes: {@code B} prompts, {@code L} tokens of one encoder, {@code S} tokens that
 * the flow model sees, {@code D} features of a token, {@code P} features of the pooled prompt,
 * {@code V} token ids.
 */
package dev.meander.text;
