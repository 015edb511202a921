package dev.meander.prompt;

/**
 * One prompt to be imaged {@code size} times and judged within itself.
 *
 * @param groupId a number that is distinct for every group of a run, also when prompts repeat
 * @param prompt what to draw
 * @param size the number G of images
 */
public record PromptGroup(long groupId, Prompt prompt, int size) {}
