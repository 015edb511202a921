package dev.meander.reward;

/**
 * What a server that a reward relies on says of itself.
 *
 * @param address where it was asked
 * @param ready whether it can be used as it is set up
 * @param says what it is, or what is wrong with it
 */
public record ServerAnswer(String address, boolean ready, String says) {}
