package dev.meander.text;

import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Encodes each different prompt of a batch by itself.
 *
 * @param encoder what does it
 */
record OneByOne(Prompts encoder) implements Prompts {
  @Override
  public Conditioning encode(List<String> prompts) {
    Map<String, Integer> rows = new LinkedHashMap<>();
    prompts.forEach(p -> rows.putIfAbsent(p, rows.size()));
    List<Conditioning> each = new ArrayList<>();
    try (Scope scope = new Scope()) {
      for (String prompt : rows.keySet()) {
        try (Scope inner = new Scope()) {
          each.add(encoder.encode(List.of(prompt)).keptBy(inner));
        }
      }
      return Conditioning.concat(each).select(index(prompts, rows)).keptBy(scope);
    }
  }

  @Override
  public List<TokenLimit> limits() {
    return encoder.limits();
  }

  private static Tensor index(List<String> prompts, Map<String, Integer> rows) {
    return Tensors.of(prompts.stream().mapToLong(rows::get).toArray(), prompts.size());
  }
}
