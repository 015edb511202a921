package dev.meander.rewards;

import dev.meander.reward.Box;

/**
 * One connected coloured region.
 *
 * @param color its index in {@code Color.values()}
 * @param box the box about its pixels
 * @param coverage {@code [height * width]}: how much of each pixel it covers, 0 to 1; 0 far from it
 */
record Blob(int color, Box box, float[] coverage) {}
