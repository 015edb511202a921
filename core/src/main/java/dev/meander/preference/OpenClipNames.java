package dev.meander.preference;

import dev.meander.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The tensors of an open_clip model under transformers' names. Queries, keys and values lie in one
 * tensor there, and projections are stored transposed.
 */
final class OpenClipNames {
  private static final String TEXT_PREFIX = "text.";
  private static final List<String> IN_PROJECTION = List.of("q_proj", "k_proj", "v_proj");
  private static final String IN = "attn.in_proj_";

  /** Names that differ as a whole. */
  private static final Map<String, String> WHOLE =
      Map.of(
          "visual.class_embedding", "vision_model.embeddings.class_embedding",
          "visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight",
          "visual.positional_embedding", "vision_model.embeddings.position_embedding.weight",
          "visual.proj", "visual_projection.weight",
          "token_embedding.weight", "text_model.embeddings.token_embedding.weight",
          "positional_embedding", "text_model.embeddings.position_embedding.weight",
          "text_projection", "text_projection.weight");

  /** Parts of names, longer ones first. */
  private static final List<String[]> PARTS =
      List.of(
          new String[] {"visual.ln_pre.", "vision_model.pre_layrnorm."},
          new String[] {"visual.ln_post.", "vision_model.post_layernorm."},
          new String[] {"visual.transformer.resblocks.", "vision_model.encoder.layers."},
          new String[] {"transformer.resblocks.", "text_model.encoder.layers."},
          new String[] {"ln_final.", "text_model.final_layer_norm."},
          new String[] {".attn.out_proj.", ".self_attn.out_proj."},
          new String[] {".ln_1.", ".layer_norm1."},
          new String[] {".ln_2.", ".layer_norm2."},
          new String[] {".mlp.c_fc.", ".mlp.fc1."},
          new String[] {".mlp.c_proj.", ".mlp.fc2."});

  private OpenClipNames() {}

  /** The same tensors, some as views or copies, under the names that {@link ClipModel} has. */
  static Map<String, Tensor> toClip(Map<String, Tensor> tensors) {
    Map<String, Tensor> clip = new LinkedHashMap<>();
    tensors.forEach(
        (stored, tensor) -> {
          String name =
              stored.startsWith(TEXT_PREFIX) ? stored.substring(TEXT_PREFIX.length()) : stored;
          int in = name.indexOf(IN);
          if (in >= 0 && tensor.dim() > 0 && tensor.size(0) % 3 == 0) {
            String layer = rename(name.substring(0, in)) + "self_attn.";
            String kind = name.substring(in + IN.length());
            List<Tensor> parts = Tensors.chunk(tensor, 3, 0);
            for (int i = 0; i < 3; i++) {
              clip.put(layer + IN_PROJECTION.get(i) + "." + kind, parts.get(i));
            }
          } else if (!name.equals("attn_mask")) {
            boolean turned = name.equals("visual.proj") || name.equals("text_projection");
            clip.put(rename(name), turned && tensor.dim() == 2 ? tensor.t().contiguous() : tensor);
          }
        });
    return clip;
  }

  private static String rename(String name) {
    if (WHOLE.containsKey(name)) {
      return WHOLE.get(name);
    }
    String renamed = name;
    for (String[] part : PARTS) {
      // Once the vision tower's layers are renamed, the text tower's pattern no longer fits.
      renamed = renamed.replace(part[0], part[1]);
    }
    return renamed;
  }
}
