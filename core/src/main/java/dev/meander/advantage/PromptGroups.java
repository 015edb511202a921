package dev.meander.advantage;

import dev.meander.config.Variant;

/** All samples of a prompt, whatever noise they began with (TempFlow-GRPO v1 and all others). */
@Variant("prompt")
public record PromptGroups() implements Grouping {
  @Override
  public long[] ids(long[] prompts, long[] seeds) {
    return prompts.clone();
  }

  @Override
  public int size(int seeds, int branches) {
    return seeds * branches;
  }
}
