package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.meander.cli.published.PublishedModel;
import dev.meander.cli.text.Bytes;
import dev.meander.cli.text.Table;
import dev.meander.config.UserError;
import dev.meander.model.ModelSizes;
import dev.meander.model.PublishedWeights;
import dev.meander.recipe.Recipes;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Hardware;
import dev.meander.train.MemoryPlan;
import dev.meander.train.ProcessPlan;
import dev.meander.train.ScorablePrompts;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainingPrompts;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code meander plan}. */
@Command(
    name = "plan",
    header = "Estimate the memory of a training before anything is loaded.",
    description = {
      "",
      "Reads the recipe, the model's config.json files and the headers of its safetensors files, and prints the expected"
          + " bytes by part and phase, and the largest batch sizes that fit. The published Stable Diffusion 3 and"
          + " FLUX.1 models are known without their files, when model.path is named after one.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander plan quickstart",
      "  meander plan sd35m-flow-grpo-geneval --set model.dtype=bfloat16 --memory 24G",
      "  meander plan quickstart --set update.gradient_checkpointing=true --json",
      "  meander plan sd35m-flow-grpo-geneval --memory 80G --set distributed.parts=48 --processes 8,24 --seconds 922"
    })
final class PlanCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private RecipeOptions recipe;
  @Mixin private JsonOption json;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description =
          "What must be enough, e.g. 24G (default: all memory of this machine; for model.device=cuda it must be"
              + " given).")
  private String memory;

  @Option(
      names = "--processes",
      paramLabel = "N,N",
      split = ",",
      description =
          "Also what that many processes that share the run need, send and, where --seconds is given, take.")
  private List<Integer> processes = List.of();

  @Option(
      names = "--per-node",
      paramLabel = "N",
      description = "Processes of a machine, which share its network (default: ${DEFAULT-VALUE}).")
  private int perNode = 8;

  @Option(
      names = "--network",
      paramLabel = "RATE",
      description = "Bits that a machine sends to others in a second (default: ${DEFAULT-VALUE}).")
  private String network = "100G";

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      description =
          "Seconds of a rollout with its updates in one process, as measured (metrics.jsonl has both).")
  private double seconds = Double.NaN;

  @Override
  public Integer call() {
    TrainConfig config = Recipes.load(recipe.recipe, recipe.settings);
    ScorablePrompts.require(config, TrainingPrompts.load(config));
    Engine.start(1); // small passes are measured
    ModelSizes sizes = sizes(config.model());
    MemoryPlan plan = MemoryPlan.of(config, sizes, meander.console().terminal(json.on));
    long available = available(config.model().device());
    List<ProcessPlan.Needs> shared = shared(plan);
    if (json.on) {
      ObjectNode document = document(plan, available);
      if (!shared.isEmpty()) {
        document.set("processes", document(shared));
      }
      meander.json(document);
    } else {
      print(plan, available);
      if (!shared.isEmpty()) {
        print(shared);
      }
    }
    return 0;
  }

  /** From the model's files, or from what is known of a published model that is not there yet. */
  private ModelSizes sizes(TrainConfig.Model model) {
    Optional<PublishedModel> published =
        Files.exists(model.directory())
            ? Optional.empty()
            : PublishedModel.named(model.directory());
    if (published.isEmpty()) {
      return ModelSizes.read(model.directory(), model.text());
    }
    String note = "there is no %s yet: counted as the published %s (%s)";
    PublishedWeights known = published.get().weights();
    meander
        .console()
        .err()
        .println("note: " + note.formatted(model.path(), known.title(), known.repository()));
    return published.get().sizes(model.text());
  }

  private List<ProcessPlan.Needs> shared(MemoryPlan plan) {
    if (perNode < 1 || processes.stream().anyMatch(n -> n < 1)) {
      throw new UserError("--processes and --per-node must be at least 1");
    }
    ProcessPlan plans = new ProcessPlan(plan, perNode, ProcessPlan.network(network), seconds);
    return processes.stream().map(plans::with).toList();
  }

  private void print(List<ProcessPlan.Needs> shared) {
    Table table =
        new Table(
            "processes", "parts each", "busy", "memory each", "sent each", "seconds", "efficiency");
    for (ProcessPlan.Needs needs : shared) {
      table.row(
          Integer.toString(needs.processes()),
          Integer.toString(needs.parts()),
          percent(needs.busy()),
          Bytes.text(needs.memory()),
          Bytes.text(needs.sent()),
          Double.isNaN(needs.seconds()) ? "" : "%.1f".formatted(needs.seconds()),
          Double.isNaN(needs.seconds()) ? "" : percent(needs.efficiency()));
    }
    meander.line("");
    meander.print(table);
    meander.line("Bytes and seconds are those of a rollout with its updates.");
  }

  private static String percent(double share) {
    return "%.0f%%".formatted(100 * share);
  }

  private static ArrayNode document(List<ProcessPlan.Needs> shared) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (ProcessPlan.Needs needs : shared) {
      ObjectNode one = all.addObject().put("processes", needs.processes());
      one.put("parts", needs.parts()).put("busy", needs.busy());
      one.put("memory_bytes", needs.memory()).put("sent_bytes", needs.sent());
      if (!Double.isNaN(needs.seconds())) {
        one.put("seconds", needs.seconds()).put("efficiency", needs.efficiency());
      }
    }
    return all;
  }

  private long available(Hardware hardware) {
    if (memory != null) {
      return MemoryPlan.parseBytes(memory);
    }
    if (hardware == Hardware.CUDA) {
      throw new UserError(
          "model.device is cuda: say how much memory that GPU has, e.g. --memory 24G");
    }
    return machineMemory();
  }

  /** Bytes of memory that this machine, or the container, has. */
  static long machineMemory() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }

  private void print(MemoryPlan plan, long available) {
    List<MemoryPlan.Phase> phases = plan.phases();
    Set<String> parts = new LinkedHashSet<>();
    phases.forEach(p -> parts.addAll(p.parts().keySet()));
    String[] head = new String[phases.size() + 1];
    head[0] = "bytes";
    for (int i = 0; i < phases.size(); i++) {
      head[i + 1] = phases.get(i).name();
    }
    Table table = new Table(head);
    for (String part : parts) {
      String[] row = new String[head.length];
      row[0] = part;
      for (int i = 0; i < phases.size(); i++) {
        long bytes = phases.get(i).parts().getOrDefault(part, 0L);
        row[i + 1] = bytes == 0 ? "" : Bytes.text(bytes);
      }
      table.row(row);
    }
    String[] sums = new String[head.length];
    sums[0] = "together";
    for (int i = 0; i < phases.size(); i++) {
      sums[i + 1] = Bytes.text(phases.get(i).bytes());
    }
    table.row(sums);
    Console console = meander.console();
    table.lines().forEach(console::line);
    MemoryPlan.Phase peak = plan.peak();
    console.line("");
    console.line(
        "Peak %s, in the phase %s: %s %s."
            .formatted(
                Bytes.text(peak.bytes()),
                peak.name(),
                peak.bytes() <= available ? "fits into" : "MORE than",
                Bytes.text(available)));
    console.line(
        "Largest that fit: sampling.batch_size %s, update.batch_size %s"
            .formatted(
                batch(plan.largestSamplingBatch(available)),
                batch(plan.largestUpdateBatch(available))));
  }

  private static String batch(OptionalInt batch) {
    return batch.isPresent() ? Integer.toString(batch.getAsInt()) : "none";
  }

  private static ObjectNode document(MemoryPlan plan, long available) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("memory", available).put("peak_bytes", plan.peak().bytes());
    node.put("peak_phase", plan.peak().name()).put("fits", plan.peak().bytes() <= available);
    put(node, "largest_sampling_batch_size", plan.largestSamplingBatch(available));
    put(node, "largest_update_batch_size", plan.largestUpdateBatch(available));
    ArrayNode phases = node.putArray("phases");
    for (MemoryPlan.Phase phase : plan.phases()) {
      ObjectNode one = phases.addObject().put("name", phase.name()).put("bytes", phase.bytes());
      ObjectNode parts = one.putObject("parts");
      phase.parts().forEach(parts::put);
    }
    return node;
  }

  private static void put(ObjectNode node, String key, OptionalInt value) {
    if (value.isPresent()) {
      node.put(key, value.getAsInt());
    } else {
      node.putNull(key);
    }
  }
}
