package dev.meander.nn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.weights.AtomicFile;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/** Adapters on disk: PEFT's directory, which is also written, and diffusers' single file. */
final class LoraFiles {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final String DIFFUSERS_WEIGHTS = "pytorch_lora_weights.safetensors";
  private static final String DIFFUSERS_METADATA = "lora_adapter_metadata";
  private static final String PREFIX = "base_model.model.";
  private static final String DIFFUSERS_PREFIX = "transformer.";

  private LoraFiles() {}

  /** An adapter that fits its model. */
  record Saved(LoraConfig config, Map<String, Tensor> parameters) {}

  static void write(Path dir, String baseModel, LoraConfig config, Map<String, Tensor> parameters) {
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new UserError("Cannot make the directory " + dir + ": " + AtomicFile.reason(e), e);
    }
    Map<String, Tensor> prefixed = new LinkedHashMap<>();
    parameters.forEach((name, tensor) -> prefixed.put(PREFIX + name, tensor));
    EngineTensors.save(dir.resolve(WEIGHTS), prefixed, DType.F32, Map.of("format", "pt"));
    AtomicFile.write(
        dir.resolve(CONFIG), PeftConfig.toJson(config, baseModel).toPrettyString() + "\n");
  }

  static Saved read(Path dir, Map<String, Linear> linears) {
    boolean peft = Files.isRegularFile(dir.resolve(CONFIG));
    if (!peft && !Files.isRegularFile(dir.resolve(DIFFUSERS_WEIGHTS))) {
      throw new UserError(
          "%s holds no adapter: neither %s (PEFT) nor %s (diffusers)"
              .formatted(dir, CONFIG, DIFFUSERS_WEIGHTS));
    }
    try (TensorStore store = TensorStore.open(dir.resolve(peft ? WEIGHTS : DIFFUSERS_WEIGHTS))) {
      Problems problems = new Problems();
      Optional<LoraConfig> config =
          peft
              ? PeftConfig.parse(ConfigFile.read(dir.resolve(CONFIG)), CONFIG, problems)
              : diffusersConfig(store, problems);
      String prefix = peft ? PREFIX : DIFFUSERS_PREFIX;
      config.ifPresent(c -> check(store, prefix, c, linears, problems));
      problems.throwIfAny("the adapter in " + dir + " cannot be used with this model");
      return new Saved(config.orElseThrow(), load(store, prefix));
    }
  }

  private static void check(
      TensorStore store,
      String prefix,
      LoraConfig config,
      Map<String, Linear> linears,
      Problems problems) {
    for (String target : LoraAdapter.unmatched(linears, config)) {
      problems.add("the model has no linear layer " + target);
    }
    Map<String, long[]> expected = new TreeMap<>();
    LoraAdapter.shapes(LoraAdapter.adapted(linears, config), config.rank())
        .forEach((name, shape) -> expected.put(prefix + name, shape));
    try {
      store.catalog().requireExactly(expected);
    } catch (UserError e) {
      problems.add(e.getMessage());
    }
  }

  private static Map<String, Tensor> load(TensorStore store, String prefix) {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    for (String name : store.names()) {
      parameters.put(name.substring(prefix.length()), store.tensor(name, DType.F32));
    }
    return parameters;
  }

  /** From the file's metadata; without it every layer in the file, and alpha equal to the rank. */
  private static Optional<LoraConfig> diffusersConfig(TensorStore store, Problems problems) {
    String metadata = store.metadata().get(DIFFUSERS_METADATA);
    if (metadata != null) {
      ObjectNode plain = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, JsonNode> e :
          ConfigFile.parse(metadata, DIFFUSERS_METADATA).properties()) {
        if (e.getKey().startsWith(DIFFUSERS_PREFIX)) {
          plain.set(e.getKey().substring(DIFFUSERS_PREFIX.length()), e.getValue());
        }
      }
      return PeftConfig.parse(plain, DIFFUSERS_METADATA, problems);
    }
    List<String> names =
        store.names().stream()
            .filter(n -> n.startsWith(DIFFUSERS_PREFIX) && n.endsWith(LoraAdapter.A))
            .toList();
    if (names.isEmpty()) {
      problems.add(
          "%s has no tensor named %s<layer>%s"
              .formatted(DIFFUSERS_WEIGHTS, DIFFUSERS_PREFIX, LoraAdapter.A));
      return Optional.empty();
    }
    List<String> layers =
        names.stream()
            .map(n -> n.substring(DIFFUSERS_PREFIX.length(), n.length() - LoraAdapter.A.length()))
            .toList();
    long[] first = store.entry(names.get(0)).shape();
    int rank = Math.max(1, (int) first[0]);
    return Optional.of(new LoraConfig(rank, rank, layers, LoraInit.GAUSSIAN));
  }
}
