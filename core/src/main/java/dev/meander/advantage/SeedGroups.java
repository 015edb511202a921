package dev.meander.advantage;

import dev.meander.config.Variant;
import java.util.HashMap;
import java.util.Map;

/**
 * Only the samples of a prompt that share their initial noise, so that the noise's own quality
 * cancels (TempFlow-GRPO v2, arXiv 2508.04324).
 */
@Variant("seed")
public record SeedGroups() implements Grouping {
  private record Seed(long prompt, long seed) {}

  @Override
  public long[] ids(long[] prompts, long[] seeds) {
    if (prompts.length != seeds.length) {
      throw new IllegalArgumentException(
          "%d samples need as many seeds, not %d".formatted(prompts.length, seeds.length));
    }
    Map<Seed, Long> known = new HashMap<>();
    long[] ids = new long[prompts.length];
    for (int i = 0; i < ids.length; i++) {
      Seed seed = new Seed(prompts[i], seeds[i]);
      known.putIfAbsent(seed, (long) known.size());
      ids[i] = known.get(seed);
    }
    return ids;
  }

  @Override
  public int size(int seeds, int branches) {
    return branches;
  }
}
