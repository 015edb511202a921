package dev.meander.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GroupSamplerTest {
  @Property
  void everyEpochHoldsEveryPromptOnce(
      @ForAll @IntRange(min = 1, max = 50) int count, @ForAll long seed) {
    PromptSet prompts = prompts(count);
    GroupSampler sampler = new GroupSampler(prompts, 4, seed);
    for (int epoch = 0; epoch < 3; epoch++) {
      assertThat(sampler.next(count))
          .extracting(PromptGroup::prompt)
          .containsExactlyInAnyOrderElementsOf(prompts.prompts());
    }
  }

  @Property
  void resumesExactly(
      @ForAll @IntRange(min = 1, max = 20) int count,
      @ForAll @IntRange(min = 0, max = 100) int drawn,
      @ForAll long seed) {
    GroupSampler whole = new GroupSampler(prompts(count), 4, seed);
    whole.next(drawn);
    GroupSampler resumed = new GroupSampler(prompts(count), 4, whole.position());
    assertThat(resumed.next(45)).isEqualTo(whole.next(45));
    assertThat(resumed.position()).isEqualTo(whole.position());
  }

  @Test
  void idsCountUpAndEqualTextsStayApart() {
    PromptSet twins = PromptSet.of(List.of("a cat", "a cat"));
    List<PromptGroup> groups = new GroupSampler(twins, 24, 1).next(4);
    assertThat(groups).extracting(PromptGroup::groupId).containsExactly(0L, 1L, 2L, 3L);
    assertThat(groups).extracting(PromptGroup::size).containsOnly(24);
    assertThat(groups.get(0).prompt()).isNotEqualTo(groups.get(1).prompt());
  }

  @Test
  void epochsAndSeedsShuffleDifferently() {
    GroupSampler sampler = new GroupSampler(prompts(50), 2, 1);
    List<Prompt> first = texts(sampler.next(50));
    List<Prompt> second = texts(sampler.next(50));
    assertThat(first).isNotEqualTo(second).isNotEqualTo(prompts(50).prompts());
    assertThat(texts(new GroupSampler(prompts(50), 2, 2).next(50))).isNotEqualTo(first);
  }

  @Test
  void thePositionIsPlainNumbers() {
    GroupSampler sampler = new GroupSampler(prompts(3), 2, 9);
    sampler.next(7);
    assertThat(sampler.position()).isEqualTo(new GroupSampler.Position(9, 2, 1));
  }

  @Test
  void aPositionOfAnotherFileIsRefused() {
    assertThatThrownBy(() -> new GroupSampler(prompts(3), 2, new GroupSampler.Position(9, 0, 3)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("does not fit its 3 prompts");
    assertThatThrownBy(() -> new GroupSampler(prompts(3), 0, 1)).isInstanceOf(UserError.class);
  }

  private static List<Prompt> texts(List<PromptGroup> groups) {
    return groups.stream().map(PromptGroup::prompt).toList();
  }

  private static PromptSet prompts(int count) {
    return PromptSet.of(IntStream.range(0, count).mapToObj(i -> "prompt " + i).toList());
  }
}
