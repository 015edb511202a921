package dev.meander.nn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Problems;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** {@link LoraPlan} as PEFT's {@code adapter_config.json}. */
final class PeftConfig {
  private static final String GAUSSIAN = "gaussian";

  /** Features of PEFT that change what an adapter computes; all must be off. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "bias",
          "exclude_modules",
          "fan_in_fan_out",
          "layer_replication",
          "layers_pattern",
          "layers_to_transform",
          "lora_bias",
          "modules_to_save",
          "target_parameters",
          "trainable_token_indices",
          "use_bdlora",
          "use_dora",
          "use_qalora");

  /** The other ways to start change the base model's weights as well. */
  private static final Set<String> PLAIN_STARTS =
      Set.of("true", "false", "null", "", GAUSSIAN, "eva", "mica", "orthogonal");

  /** Keys that are read here, or do not change what an adapter computes. */
  private static final Set<String> KNOWN =
      Set.of(
          "_custom_modules",
          "alpha_pattern",
          "auto_mapping",
          "base_model_name_or_path",
          "corda_config",
          "ensure_weight_tying",
          "eva_config",
          "inference_mode",
          "init_lora_weights",
          "loftq_config",
          "lora_alpha",
          "lora_dropout",
          "lora_ga_config",
          "megatron_config",
          "megatron_core",
          "mica_config",
          "peft_type",
          "peft_version",
          "qalora_group_size",
          "r",
          "rank_pattern",
          "revision",
          "runtime_config",
          "target_modules",
          "task_type",
          "transformers_version",
          "use_rslora");

  /** PEFT's word for every linear layer but the last. */
  private static final String ALL_LINEAR = "all-linear";

  /** Longer expressions come from nobody, and nested ones recurse. */
  private static final int LONGEST = 4000;

  private PeftConfig() {}

  static ObjectNode toJson(LoraPlan plan, String baseModel) {
    LoraConfig config = plan.config();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ObjectNode alphas = node.putObject("alpha_pattern");
    node.put("base_model_name_or_path", baseModel).put("bias", "none");
    node.put("fan_in_fan_out", false).put("inference_mode", true);
    if (config.init() == LoraInit.GAUSSIAN) {
      node.put("init_lora_weights", GAUSSIAN);
    } else {
      node.put("init_lora_weights", true);
    }
    put(node, "lora_alpha", config.alpha());
    node.put("lora_dropout", 0.0).putNull("modules_to_save");
    node.put("peft_type", "LORA").put("r", config.rank());
    ObjectNode ranks = node.putObject("rank_pattern");
    ArrayNode targets = node.putArray("target_modules");
    plan.plainTargets().forEach(targets::add);
    node.putNull("task_type").put("use_dora", false).put("use_rslora", false);
    plan.exceptions()
        .forEach(
            (layer, size) -> {
              // From the beginning of the name, so that no longer name is meant as well.
              String key = "^" + layer.replace(".", "\\.");
              put(alphas, key, size.alpha());
              ranks.put(key, size.rank());
            });
    return node;
  }

  private static void put(ObjectNode node, String key, double number) {
    if (number == Math.rint(number)) {
      node.put(key, (long) number);
    } else {
      node.put(key, number);
    }
  }

  /**
   * The plan for a model with these linear layers, or nothing after noting problems that make it
   * unreadable.
   *
   * @param found the layers that the adapter's tensors are of
   */
  static Optional<LoraPlan> parse(
      JsonNode node,
      String source,
      Collection<String> found,
      Collection<String> layers,
      Problems problems) {
    int before = problems.count();
    if (!node.path("peft_type").asText("LORA").equals("LORA")) {
      problems.add(source + ": peft_type must be LORA, found " + node.path("peft_type"));
    }
    JsonNode rank = node.path("r");
    if (!rank.isInt() || rank.intValue() < 1) {
      problems.add(source + ": r must be an integer of at least 1, found " + text(rank));
    }
    JsonNode alpha = node.path("lora_alpha");
    if (!alpha.isNumber() || !isSize(alpha.doubleValue())) {
      problems.add(source + ": lora_alpha must be a number above 0, found " + text(alpha));
    }
    JsonNode rooted = node.path("use_rslora");
    if (!isMissing(rooted) && !rooted.isBoolean()) {
      problems.add(source + ": use_rslora must be true or false, found " + rooted);
    }
    JsonNode named = node.path("target_modules");
    List<String> targets =
        named.asText().equals(ALL_LINEAR)
            ? List.copyOf(found)
            : targets(named, source, layers, problems);
    Map<Pattern, Double> ranks = pattern(node, "rank_pattern", source, problems);
    Map<Pattern, Double> alphas = pattern(node, "alpha_pattern", source, problems);
    boolean readable = problems.count() == before;
    refuseUnsupported(node, source, problems);
    if (!readable) {
      return Optional.empty();
    }
    boolean gaussian = node.path("init_lora_weights").asText().equals(GAUSSIAN);
    LoraInit init = gaussian ? LoraInit.GAUSSIAN : LoraInit.PEFT_DEFAULT;
    boolean rootScaled = rooted.asBoolean();
    double usual = scaled(alpha.doubleValue(), rank.intValue(), rootScaled);
    LoraConfig config = new LoraConfig(rank.intValue(), usual, targets, init);
    Map<String, LoraPlan.Size> sizes = new TreeMap<>();
    for (String layer : LoraPlan.of(layers, config).sizes().keySet()) {
      int r = (int) find(ranks, layer).orElse(rank.doubleValue()).doubleValue();
      double a = find(alphas, layer).orElse(alpha.doubleValue());
      sizes.put(layer, new LoraPlan.Size(r, scaled(a, r, rootScaled)));
    }
    return Optional.of(new LoraPlan(config, sizes));
  }

  /** Far beyond any sense, and still without overflow. */
  private static boolean isSize(double value) {
    return value > 0 && value < Float.MAX_VALUE;
  }

  /** Rank-stabilised LoRA (arXiv 2312.03732) divides by the root of the rank instead. */
  private static double scaled(double alpha, int rank, boolean byRoot) {
    return byRoot ? alpha * Math.sqrt(rank) : alpha;
  }

  /** PEFT's {@code get_pattern_key}: the first expression that matches the name's end. */
  private static Optional<Double> find(Map<Pattern, Double> patterns, String layer) {
    return patterns.entrySet().stream()
        .filter(e -> Patience.matches(e.getKey(), layer))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private static Map<Pattern, Double> pattern(
      JsonNode node, String key, String source, Problems problems) {
    Map<Pattern, Double> patterns = new LinkedHashMap<>();
    if (!isMissing(node.path(key)) && !node.path(key).isObject()) {
      problems.add(
          "%s: %s must have expressions with numbers, found %s"
              .formatted(source, key, node.path(key)));
    }
    for (Map.Entry<String, JsonNode> e : node.path(key).properties()) {
      double value = e.getValue().isNumber() ? e.getValue().doubleValue() : Double.NaN;
      boolean whole = value == Math.rint(value);
      boolean rank = key.equals("rank_pattern");
      if (!isSize(value) || (rank && (!whole || value > Integer.MAX_VALUE))) {
        problems.add("%s: %s of %s is %s".formatted(source, key, e.getKey(), e.getValue()));
      }
      compile("(.*\\.)?(" + e.getKey() + ")", source + ": " + key, problems)
          .ifPresent(p -> patterns.put(p, value));
    }
    return patterns;
  }

  private static Optional<Pattern> compile(String regex, String source, Problems problems) {
    if (regex.length() > LONGEST) {
      problems.add(
          "%s has an expression of %d characters; at most %d are read"
              .formatted(source, regex.length(), LONGEST));
      return Optional.empty();
    }
    try {
      return Optional.of(Pattern.compile(regex));
    } catch (PatternSyntaxException e) {
      problems.add(
          "%s is not a regular expression: %s (%s)".formatted(source, regex, e.getDescription()));
      return Optional.empty();
    }
  }

  /** Names, or the layers that an expression matches as a whole. */
  private static List<String> targets(
      JsonNode node, String source, Collection<String> layers, Problems problems) {
    List<String> targets = new ArrayList<>();
    if (node.isTextual()) {
      String key = source + ": target_modules";
      compile(node.asText(), key, problems)
          .ifPresent(
              p -> layers.stream().filter(l -> Patience.matches(p, l)).forEach(targets::add));
      if (targets.isEmpty()) {
        problems.add(
            "%s, %s, matches none of the model's layers: %s"
                .formatted(key, node, LoraPlan.some(layers)));
      }
      return targets;
    }
    node.forEach(n -> targets.add(n.asText()));
    if (!node.isArray() || targets.isEmpty()) {
      problems.add(
          source
              + ": target_modules must be a list of layer names or one expression, found "
              + text(node));
    }
    return targets;
  }

  private static void refuseUnsupported(JsonNode node, String source, Problems problems) {
    for (String key : UNSUPPORTED) {
      if (!isOff(node.path(key))) {
        problems.add(source + ": " + key + " is not supported, found " + node.path(key));
      }
    }
    for (Map.Entry<String, JsonNode> e : node.properties()) {
      boolean known = KNOWN.contains(e.getKey()) || UNSUPPORTED.contains(e.getKey());
      if (!known && !isOff(e.getValue())) {
        problems.add(
            "%s: %s is not known here and not off, found %s"
                .formatted(source, e.getKey(), e.getValue()));
      }
    }
    JsonNode start = node.path("init_lora_weights");
    if (!PLAIN_STARTS.contains(start.asText())) {
      problems.add(source + ": init_lora_weights " + start + " is not supported");
    }
  }

  private static boolean isMissing(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  private static boolean isOff(JsonNode value) {
    return isMissing(value)
        || (value.isBoolean() && !value.booleanValue())
        || (value.isContainerNode() && value.isEmpty())
        || value.asText().equals("none");
  }

  private static String text(JsonNode node) {
    return node.isMissingNode() ? "nothing" : node.toString();
  }
}
