package dev.meander.text;

import static dev.meander.testing.Fixture.assertClose;
import static dev.meander.testing.Fixture.assertGradients;

import dev.meander.nn.Parameters;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.weights.TensorStore;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every hidden state, the pooled output and every gradient agree with transformers' CLIP text
 * models.
 */
class ClipTextModelParityTest {
  private static final double TOLERANCE = 1e-5;

  @ParameterizedTest
  @ValueSource(strings = {"clip-gelu", "clip-quickgelu", "clip-text"})
  void forwardAndGradients(String name) {
    try (Scope scope = new Scope()) {
      Fixture fixture = Fixture.of(name);
      Map<String, Tensor> io = prefixed(fixture.io(), "grad.");
      String pooled = io.containsKey("text_embeds") ? "text_embeds" : "pooler_output";
      ClipTextModel model =
          new ClipTextModel(
              fixture.config(ClipConfig.class),
              Parameters.from(prefixed(fixture.tensors("model.safetensors"), ""), name),
              !name.equals("clip-text"));
      model.tensors().values().forEach(t -> t.set_requires_grad(true));
      Tensor ids;
      try (TensorStore store = TensorStore.open(fixture.directory().resolve("io.safetensors"))) {
        ids = Tensors.placed(store.tensor("input_ids"));
      }

      ClipTextModel.Output out = model.forward(ids);

      for (int i = 0; i < out.hiddenStates().size(); i++) {
        assertClose(
            "hidden state " + i,
            out.hiddenStates().get(i),
            io.get("hidden_states." + i),
            TOLERANCE);
      }
      assertClose("last", out.lastHiddenState(), io.get("last_hidden_state"), TOLERANCE);
      assertClose("pooled", out.pooled(), io.get(pooled), TOLERANCE);
      int penultimate = out.hiddenStates().size() - 2;
      out.penultimate()
          .mul(io.get("grad_output.hidden_states." + penultimate))
          .sum()
          .add(out.lastHiddenState().mul(io.get("grad_output.last_hidden_state")).sum())
          .add(out.pooled().mul(io.get("grad_output." + pooled)).sum())
          .backward();
      assertGradients(model.tensors(), io, TOLERANCE);
    }
  }

  /** Transformers 5 writes the encoder without projection under names without the prefix. */
  private static Map<String, Tensor> prefixed(Map<String, Tensor> tensors, String kind) {
    Map<String, Tensor> prefixed = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          boolean bare = name.matches(kind + "(embeddings|encoder|final_layer_norm)\\..*");
          String whole = bare ? kind + "text_model." + name.substring(kind.length()) : name;
          prefixed.put(whole, tensor);
        });
    return prefixed;
  }
}
