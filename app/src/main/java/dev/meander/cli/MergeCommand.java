package dev.meander.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Alias;
import dev.meander.config.Home;
import dev.meander.generate.TrainedWeights;
import dev.meander.model.ModelMerge;
import dev.meander.tensor.Engine;
import dev.meander.weights.DType;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander merge}. */
@Command(
    name = "merge",
    header = "Write a model with an adapter merged into its weights.",
    description = {
      "",
      "The new directory is a whole model in diffusers' layout: every other part is copied, the transformer keeps its"
          + " files (shards too) and each tensor its type unless --dtype says otherwise. It is computed in float32.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander merge runs/quickstart --model models/toybox-sd3 --out runs/toybox-trained",
      "  meander merge lora.safetensors --model models/sd3.5-medium --out merged --dtype bf16",
      "",
      "In a run with a moving average, RUN means RUN/adapter, the average; RUN/adapter-raw is the last update itself."
    })
final class MergeCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Parameters(
      paramLabel = "ADAPTER",
      description = "A LoRA (PEFT's or diffusers' files), all weights, or a run directory.")
  private Path adapter;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "DIR",
      required = true,
      description = "The model that it was trained on, in diffusers' layout.")
  private String model;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      required = true,
      description = "The new model's directory.")
  private Path out;

  @Option(names = "--overwrite", description = "Replace the model that lies there.")
  private boolean overwrite;

  /** The types that diffusers loads. */
  enum Type {
    @Alias("float32")
    F32(DType.F32),
    @Alias("bfloat16")
    BF16(DType.BF16),
    @Alias("float16")
    F16(DType.F16);

    private final DType dtype;

    Type(DType dtype) {
      this.dtype = dtype;
    }
  }

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "f32, bf16 or f16 for the transformer (default: what each tensor has).")
  private Type type;

  @Override
  public Integer call() {
    Path weights = TrainedWeights.locate(adapter);
    Engine.start(0);
    ModelMerge.Result result =
        new ModelMerge(Home.resolve(model), weights, Optional.ofNullable(type).map(t -> t.dtype))
            .write(out, overwrite);
    if (json.on) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("out", out.toString()).put("adapter", weights.toString());
      node.put("model", Home.resolve(model).toString());
      meander
          .console()
          .json(node.put("changed_tensors", result.changed()).put("files", result.files()));
    } else {
      meander
          .console()
          .line(
              "%s: %d tensors of the transformer changed, in %d file%s"
                  .formatted(
                      out, result.changed(), result.files(), result.files() == 1 ? "" : "s"));
    }
    return 0;
  }
}
