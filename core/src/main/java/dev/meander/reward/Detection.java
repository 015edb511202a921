package dev.meander.reward;

/**
 * One object that a detector saw.
 *
 * @param className what it is, e.g. {@code circle}
 * @param score the detector's confidence, 0 to 1
 * @param color what a colour classifier says of it, e.g. {@code red}
 */
public record Detection(String className, double score, Box box, String color) {}
