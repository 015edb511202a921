/** Rewards that need no model: for tests, first experiments and to see what a method does. */
package dev.meander.reward.simple;
