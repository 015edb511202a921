package dev.meander.prompt;

import dev.meander.config.UserError;
import dev.meander.random.Domain;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws prompt groups in shuffled epochs: every prompt once, then every prompt once in a new order.
 *
 * <p>Group number {@code i} is a function of the prompt set's length, the seed and {@code i} alone,
 * so a sampler resumes exactly from its {@link Position}. Not safe for several threads.
 */
public final class GroupSampler {
  private final PromptSet prompts;
  private final int groupSize;
  private final long seed;
  private long next;
  private long orderedEpoch = -1;
  private int[] order;

  /**
   * Where a sampler stands.
   *
   * @param seed the seed of the shuffles
   * @param epoch the number of complete passes over the prompts
   * @param cursor the number of groups drawn in this pass
   */
  public record Position(long seed, long epoch, int cursor) {}

  /**
   * Starts at the first epoch.
   *
   * @param groupSize the number G of images of a group, at least 1
   */
  public GroupSampler(PromptSet prompts, int groupSize, long seed) {
    this(prompts, groupSize, new Position(seed, 0, 0));
  }

  /**
   * Goes on where another sampler over the same prompts stood.
   *
   * @throws UserError when the position cannot be one of this prompt set
   */
  public GroupSampler(PromptSet prompts, int groupSize, Position position) {
    if (groupSize < 1) {
      throw new UserError("groupSize must be at least 1, not " + groupSize);
    }
    if (position.epoch() < 0 || position.cursor() < 0 || position.cursor() >= prompts.size()) {
      throw new UserError(
          "%s: position %s does not fit its %d prompts; was the run started with another file?"
              .formatted(prompts.source(), position, prompts.size()));
    }
    this.prompts = prompts;
    this.groupSize = groupSize;
    this.seed = position.seed();
    this.next = position.epoch() * prompts.size() + position.cursor();
  }

  /** The next group; ids count up from 0 over the whole run. */
  public PromptGroup next() {
    long id = next++;
    return new PromptGroup(id, prompts.get(promptIndex(id)), groupSize);
  }

  /** The next {@code count} groups. */
  public List<PromptGroup> next(int count) {
    List<PromptGroup> groups = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      groups.add(next());
    }
    return groups;
  }

  /** Where the next draw will be made. */
  public Position position() {
    return new Position(seed, next / prompts.size(), (int) (next % prompts.size()));
  }

  private int promptIndex(long id) {
    long epoch = id / prompts.size();
    if (epoch != orderedEpoch) {
      order = Domain.PROMPT_ORDER.stream(seed, epoch).shuffled(prompts.size());
      orderedEpoch = epoch;
    }
    return order[(int) (id % prompts.size())];
  }
}
