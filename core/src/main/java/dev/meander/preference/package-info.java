/**
 * Rewards that people's preferences were put into: CLIPScore, PickScore, HPSv2, LAION's aesthetic
 * predictor, ImageReward; networks and image processing that agree with the Python ones.
 *
 * <p>Letters of shapes: B images or prompts, L tokens, D features of a token, P features of an
 * embedding, S side of an image in pixels.
 *
 * <p>Internal.
 */
package dev.meander.preference;
