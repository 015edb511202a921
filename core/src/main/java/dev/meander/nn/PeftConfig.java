package dev.meander.nn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@link LoraConfig} as PEFT's {@code adapter_config.json}. */
final class PeftConfig {
  private static final String GAUSSIAN = "gaussian";

  /** Features of PEFT that change what an adapter computes; all must be off. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "alpha_pattern",
          "bias",
          "exclude_modules",
          "fan_in_fan_out",
          "layer_replication",
          "layers_pattern",
          "layers_to_transform",
          "lora_bias",
          "modules_to_save",
          "rank_pattern",
          "target_parameters",
          "trainable_token_indices",
          "use_bdlora",
          "use_dora",
          "use_qalora",
          "use_rslora");

  /** The other ways to start change the base model's weights as well. */
  private static final Set<String> PLAIN_STARTS = Set.of("true", "false", "null", "", GAUSSIAN);

  private PeftConfig() {}

  static ObjectNode toJson(LoraConfig config, String baseModel) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("base_model_name_or_path", baseModel).put("bias", "none");
    node.put("fan_in_fan_out", false).put("inference_mode", true);
    if (config.init() == LoraInit.GAUSSIAN) {
      node.put("init_lora_weights", GAUSSIAN);
    } else {
      node.put("init_lora_weights", true);
    }
    boolean whole = config.alpha() == Math.rint(config.alpha());
    if (whole) {
      node.put("lora_alpha", (long) config.alpha());
    } else {
      node.put("lora_alpha", config.alpha());
    }
    node.put("lora_dropout", 0.0).putNull("modules_to_save");
    node.put("peft_type", "LORA").put("r", config.rank());
    ArrayNode targets = node.putArray("target_modules");
    config.targets().forEach(targets::add);
    node.putNull("task_type").put("use_dora", false).put("use_rslora", false);
    return node;
  }

  /** The configuration, or nothing after noting problems that make it unreadable. */
  static Optional<LoraConfig> parse(JsonNode node, String source, Problems problems) {
    int before = problems.count();
    if (!node.path("peft_type").asText("LORA").equals("LORA")) {
      problems.add(source + ": peft_type must be LORA, found " + node.path("peft_type"));
    }
    JsonNode rank = node.path("r");
    if (!rank.isInt() || rank.intValue() < 1) {
      problems.add(source + ": r must be an integer of at least 1, found " + text(rank));
    }
    JsonNode alpha = node.path("lora_alpha");
    if (!alpha.isNumber() || !(alpha.doubleValue() > 0)) {
      problems.add(source + ": lora_alpha must be a number above 0, found " + text(alpha));
    }
    List<String> targets = targets(node.path("target_modules"), source, problems);
    boolean readable = problems.count() == before;
    refuseUnsupported(node, source, problems);
    boolean gaussian = node.path("init_lora_weights").asText().equals(GAUSSIAN);
    LoraInit init = gaussian ? LoraInit.GAUSSIAN : LoraInit.PEFT_DEFAULT;
    return readable
        ? Optional.of(new LoraConfig(rank.intValue(), alpha.doubleValue(), targets, init))
        : Optional.empty();
  }

  private static List<String> targets(JsonNode node, String source, Problems problems) {
    List<String> targets = new ArrayList<>();
    node.forEach(n -> targets.add(n.asText()));
    if (!node.isArray() || targets.isEmpty()) {
      problems.add(source + ": target_modules must be a list of layer names, found " + text(node));
    }
    return targets;
  }

  private static void refuseUnsupported(JsonNode node, String source, Problems problems) {
    for (String key : UNSUPPORTED) {
      if (!isOff(node.path(key))) {
        problems.add(source + ": " + key + " is not supported, found " + node.path(key));
      }
    }
    JsonNode start = node.path("init_lora_weights");
    if (!PLAIN_STARTS.contains(start.asText())) {
      problems.add(source + ": init_lora_weights " + start + " is not supported");
    }
  }

  private static boolean isOff(JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || (value.isBoolean() && !value.booleanValue())
        || (value.isContainerNode() && value.isEmpty())
        || value.asText().equals("none");
  }

  private static String text(JsonNode node) {
    return node.isMissingNode() ? "nothing" : node.toString();
  }
}
