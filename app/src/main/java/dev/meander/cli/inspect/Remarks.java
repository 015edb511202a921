package dev.meander.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.weights.SafetensorsFile.Entry;
import dev.meander.weights.TensorStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What keeps a file from being used as a model here, and the way out. */
final class Remarks {
  /** What publishers' own code and ComfyUI call the parts of a whole model. */
  private static final List<String> WHOLE_MODEL =
      List.of(
          "model.diffusion_model.", "first_stage_model.", "text_encoders.", "cond_stage_model.");

  /** What bitsandbytes and others put beside packed weights. */
  private static final List<String> PACKED =
      List.of(
          ".absmax", ".quant_map", ".quant_state.", ".SCB", ".qweight", ".qzeros", "_scale_inv");

  private static final String INSTEAD = "; take the model as it was before it was quantised";

  private Remarks() {}

  /** The remarks on a file's tensors. */
  static List<String> of(TensorStore store) {
    List<String> remarks = new ArrayList<>();
    if (store.names().stream().anyMatch(n -> WHOLE_MODEL.stream().anyMatch(n::startsWith))) {
      remarks.add(
          "a whole model in a single file: a directory in diffusers' layout is needed to use it; in Python:"
              + " StableDiffusion3Pipeline.from_single_file(\"%s\").save_pretrained(\"DIRECTORY\") (FluxPipeline for FLUX)"
                  .formatted(store.path()));
    }
    Optional<String> packed =
        store.names().stream().filter(n -> PACKED.stream().anyMatch(n::contains)).findFirst();
    packed.ifPresent(
        name ->
            remarks.add(
                "quantised (%s): packed weights are not computed with here".formatted(name)
                    + INSTEAD));
    List<String> types =
        store.names().stream()
            .map(store::entry)
            .map(Entry::dtype)
            .filter(type -> !type.isComputed())
            .distinct()
            .sorted()
            .map(type -> type.name().toLowerCase(java.util.Locale.ROOT))
            .toList();
    if (!types.isEmpty() && packed.isEmpty()) {
      remarks.add(
          "tensors of the types %s can be looked at, but are not computed with here; save them as f32 or bf16"
              .formatted(String.join(", ", types)));
    }
    return remarks;
  }

  /** The remarks on the settings of a model's part. */
  static List<String> of(String part, JsonNode config) {
    JsonNode method = config.path("quantization_config");
    return method.isObject()
        ? List.of(
            "%s is quantised (%s): packed weights are not computed with here"
                    .formatted(part, method.path("quant_method").asText("unknown"))
                + INSTEAD)
        : List.of();
  }
}
