package dev.meander.advantage;

/**
 * Which samples are compared with each other.
 *
 * <p>Under TempFlow-GRPO (arXiv 2508.04324) the samples are branches: K of each seed at every
 * branch step, and several seeds of each prompt. A row of rewards holds one for each branch step;
 * {@link GroupAdvantage} normalises each step by itself, so branches of different steps are never
 * compared.
 */
public sealed interface Grouping permits PromptGroups, SeedGroups {
  /**
   * The group of every sample, for {@link GroupAdvantage} and {@link RewardMix}.
   *
   * @param prompts the id of its prompt group, {@code [N]}
   * @param seeds the id of its initial noise within the prompt group, {@code [N]}
   */
  long[] ids(long[] prompts, long[] seeds);

  /**
   * How many samples such a group has.
   *
   * @param seeds the initial noises of a prompt
   * @param branches the number K of samples of an initial noise
   */
  int size(int seeds, int branches);
}
