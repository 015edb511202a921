package dev.meander.rollout;

import dev.meander.prompt.PromptGroup;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import dev.meander.text.Prompts;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The encoded prompts of a rollout; each group's stands once, whatever its size.
 *
 * @param groups a row for each group
 * @param empty one row, the empty prompt of guidance
 */
public record GroupConditioning(Conditioning groups, Conditioning empty) {
  /** Encodes the prompts of {@code groups}. */
  public static GroupConditioning encode(Prompts prompts, List<PromptGroup> groups) {
    return Autograd.noGrad(
        () ->
            new GroupConditioning(
                prompts.encode(groups.stream().map(g -> g.prompt().text()).toList()),
                prompts.encode(List.of(""))));
  }

  /** A row for each of the given groups, by their index. */
  public Conditioning prompts(int... indices) {
    long[] rows = new long[indices.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = indices[i];
    }
    Tensor index = Tensors.of(rows, rows.length);
    return groups.select(index);
  }

  /** The conditioning of {@code count} empty prompts. */
  public Conditioning negative(int count) {
    return empty.select(Tensors.of(new long[count], count));
  }
}
