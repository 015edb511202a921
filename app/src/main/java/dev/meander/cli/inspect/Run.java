package dev.meander.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import dev.meander.internal.checkpoint.Checkpoints;
import dev.meander.train.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The directory of a training or a pretraining: how far it is and how it goes. */
final class Run {
  private final RunDirectory directory;
  private final Map<String, Object> facts = new LinkedHashMap<>();

  private Run(Path root) {
    this.directory = new RunDirectory(root);
  }

  static Finding inspect(Path root) {
    Run run = new Run(root);
    run.read();
    return run.finding();
  }

  private void read() {
    JsonNode recipe = ConfigFile.read(directory.recipe());
    boolean pretraining = recipe.has("flow_stage") || recipe.has("preference_stage");
    facts.put("run", pretraining ? "pretraining" : "training");
    if (recipe.has("name")) {
      facts.put("recipe", recipe.path("name").asText());
      facts.put("seed", recipe.path("seed").asLong());
      facts.put("model", recipe.path("model").path("path").asText());
    }
    if (Files.exists(directory.metrics())) {
      measure(MetricsFile.read(directory.metrics()));
    }
    List<Path> checkpoints = checkpoints();
    if (!checkpoints.isEmpty()) {
      facts.put("last_checkpoint", checkpoints.get(0).getFileName().toString());
      facts.put("checkpoints", checkpoints.size());
    }
    facts.put("adapter", Files.isDirectory(directory.adapter()));
    facts.put("raw_adapter", Files.isDirectory(directory.rawAdapter()));
    facts.put("report", Files.exists(directory.report()));
  }

  /** A training's directories, newest first, or a pretraining's files, one a stage. */
  private List<Path> checkpoints() {
    List<Path> stages =
        Stream.of("preference", "flow", "vae")
            .map(stage -> directory.checkpoints().resolve(stage + ".safetensors"))
            .filter(Files::exists)
            .toList();
    return stages.isEmpty() ? new Checkpoints(directory.checkpoints(), 1).list() : stages;
  }

  private void measure(List<Stamped> events) {
    long images = 0;
    double sampling = 0;
    long pairs = 0;
    double updating = 0;
    boolean finished = false;
    for (Stamped stamped : events) {
      Event event = stamped.event();
      if (event instanceof Event.RunStarted e) {
        facts.put("steps_planned", e.totalSteps());
      } else if (event instanceof Event.RolloutFinished e) {
        facts.putIfAbsent("first_reward", e.rewardMean());
        facts.put("last_reward", e.rewardMean());
        images += e.images();
        sampling += e.seconds();
      } else if (event instanceof Event.UpdateFinished e) {
        facts.put("last_step", e.step());
        facts.put("last_kl", e.kl());
        facts.put("last_clip_fraction", e.clipFraction());
        facts.put("last_grad_norm", e.gradNorm());
        pairs += e.samples();
        updating += e.seconds();
      } else if (event instanceof Event.FirstRatioMeasured e) {
        facts.put("first_ratio_deviation", e.maxDeviation());
      } else if (event instanceof Event.EvaluationFinished e) {
        facts.putIfAbsent("first_score", e.score());
        facts.put("last_score", e.score());
      } else if (event instanceof Event.PretrainProgress e) {
        facts.put("stage", e.stage());
        facts.put("last_step", e.step());
        facts.put("steps_planned", e.total());
        facts.put("last_loss", e.loss());
        facts.put("samples_per_second", e.samplesPerSecond());
      } else if (event instanceof Event.StageFinished e) {
        finished = List.of("flow", "preference").contains(e.stage());
      } else if (event instanceof Event.RunFinished) {
        finished = true;
      }
    }
    if (images > 0) {
      facts.put("rollout_images_per_second", images / sampling);
    }
    if (pairs > 0) {
      facts.put("update_pairs_per_second", pairs / updating);
    }
    facts.put("finished", finished);
  }

  private Finding finding() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("kind", "run").put("path", directory.root().toString());
    List<String> lines = new ArrayList<>();
    lines.add(directory.root() + ": " + facts.get("run"));
    facts.forEach(
        (key, value) -> {
          node.set(key, json(value));
          if (!key.equals("run")) {
            lines.add("  %-26s %s".formatted(key.replace('_', ' '), text(value)));
          }
        });
    ArrayNode list = node.putArray("checkpoint_paths");
    checkpoints().forEach(p -> list.add(p.toString()));
    return new Finding(node, lines);
  }

  private static JsonNode json(Object value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (value instanceof Double d) {
      return Double.isFinite(d) ? nodes.numberNode(d) : nodes.nullNode();
    } else if (value instanceof Long n) {
      return nodes.numberNode(n);
    } else if (value instanceof Integer n) {
      return nodes.numberNode(n);
    } else if (value instanceof Boolean b) {
      return nodes.booleanNode(b);
    }
    return nodes.textNode(value.toString());
  }

  private static String text(Object value) {
    if (value instanceof Double d) {
      return Double.isNaN(d) ? "-" : String.format(Locale.ROOT, "%.4g", d);
    }
    if (value instanceof Boolean b) {
      return b ? "yes" : "no";
    }
    return value.toString();
  }
}
