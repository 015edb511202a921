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
    List<Tensor> sequences = new ArrayList<>();
    List<Tensor> pooled = new ArrayList<>();
    try (Scope scope = new Scope()) {
      for (String prompt : rows.keySet()) {
        try (Scope inner = new Scope()) {
          Conditioning one = encoder.encode(List.of(prompt));
          sequences.add(inner.keep(one.sequence()));
          pooled.add(inner.keep(one.pooled()));
        }
      }
      Conditioning each =
          new Conditioning(
              Tensors.cat(0, sequences.toArray(Tensor[]::new)),
              Tensors.cat(0, pooled.toArray(Tensor[]::new)));
      Conditioning all = each.select(index(prompts, rows));
      return new Conditioning(scope.keep(all.sequence()), scope.keep(all.pooled()));
    }
  }

  private static Tensor index(List<String> prompts, Map<String, Integer> rows) {
    return Tensors.of(prompts.stream().mapToLong(rows::get).toArray(), prompts.size());
  }
}
