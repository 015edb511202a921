package dev.meander.model.plain;

import dev.meander.config.Ignored;
import dev.meander.config.Positive;
import dev.meander.model.FlowTransformer;
import dev.meander.model.ModelDirectory;
import dev.meander.model.PipelineParts;
import dev.meander.model.PipelineReader;
import dev.meander.model.SchedulerConfig;
import dev.meander.model.TransformerConfig;
import dev.meander.model.VaeConfig;
import dev.meander.nn.Attention;
import dev.meander.nn.Init;
import dev.meander.nn.Linear;
import dev.meander.nn.Parameters;
import dev.meander.schedule.ScheduleSpec;
import dev.meander.schedule.StaticShift;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import dev.meander.text.PromptEncoder;
import dev.meander.text.TextOptions;
import dev.meander.weights.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A family from outside the library: one attention over image and text, prompts letter by letter
 * and each of its own length, nothing pooled.
 */
public final class PlainReader implements PipelineReader {
  @Override
  public String className() {
    return "ZPlainPipeline";
  }

  @Override
  public PipelineParts read(ModelDirectory directory) {
    return new Parts(directory);
  }

  /** The transformer's settings. */
  @Ignored
  public record Config(@Positive int width, @Positive int channels) implements TransformerConfig {
    @Override
    public int numAttentionHeads() {
      return 1;
    }

    @Override
    public int jointAttentionDim() {
      return width;
    }

    @Override
    public int latentChannels() {
      return channels;
    }

    @Override
    public int tokenSide() {
      return 1;
    }

    @Override
    public Config withHeads(int heads) {
      return new Config(heads * width, channels);
    }

    @Override
    public Transformer build(Parameters parameters, ScalarType compute) {
      return new Transformer(this, parameters);
    }
  }

  private static final class Parts implements PipelineParts {
    private static final int LONGEST = 32;

    private final ModelDirectory directory;
    private final Config transformer;
    private final VaeConfig vae;
    private final SchedulerConfig scheduler;

    Parts(ModelDirectory directory) {
      this.directory = directory;
      directory.require(List.of("transformer", "vae", "text_encoder", "scheduler"), "");
      transformer = directory.config("transformer", Config.class, "PlainTransformer");
      vae = directory.vae();
      scheduler = directory.scheduler();
      List.of("transformer", "vae", "text_encoder").forEach(directory::open);
      directory.throwIfAny();
    }

    @Override
    public Config transformerConfig() {
      return transformer;
    }

    @Override
    public VaeConfig vaeConfig() {
      return vae;
    }

    @Override
    public int textTokens(TextOptions options) {
      return options.maxTokens().orElse(LONGEST);
    }

    @Override
    public PromptEncoder text(TextOptions options) {
      return directory.attempt(
          () -> {
            Parameters p = directory.parameters("text_encoder", DType.F32, name -> name);
            Tensor letters = letters(p, transformer.width());
            p.finish();
            return new Letters(letters, textTokens(options));
          });
    }

    @Override
    public ScheduleSpec schedule(int imageTokens) {
      return new StaticShift(scheduler.shift());
    }
  }

  /** A row for each character. */
  public static Tensor letters(Parameters p, long width) {
    return p.get("letters", new Init.Normal(1), 128, width);
  }

  private record Letters(Tensor letters, int longest) implements PromptEncoder {
    @Override
    public Conditioning encode(List<String> prompts) {
      return Conditioning.concat(prompts.stream().map(this::one).toList());
    }

    private Conditioning one(String prompt) {
      long[] ids = (prompt + "\n").chars().limit(longest).mapToLong(c -> c & 127).toArray();
      Tensor rows = torch.embedding(letters, Tensors.of(ids, 1, ids.length));
      return new Conditioning(
          rows, Tensors.of(new long[] {ids.length}, 1), Optional.empty(), Optional.empty());
    }

    @Override
    public void close() {
      // There is no tokenizer.
    }
  }

  /** The network. */
  public static final class Transformer implements FlowTransformer {
    private final Config config;
    private final Linear in;
    private final Linear time;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;
    private final Parameters.Built built;

    Transformer(Config config, Parameters p) {
      this.config = config;
      int d = config.width();
      in = new Linear(p, "in", config.channels(), d);
      time = new Linear(p, "time", 1, d);
      query = new Linear(p, "to_q", d, d);
      key = new Linear(p, "to_k", d, d);
      value = new Linear(p, "to_v", d, d);
      out = new Linear(p, "out", d, config.channels());
      built = p.finish();
    }

    @Override
    public Tensor velocity(Tensor latent, Tensor sigma, Conditioning conditioning) {
      long image = latent.size(2) * latent.size(3);
      Tensor x = in.forward(latent.flatten(2, 3).transpose(1, 2));
      x = x.add(time.forward(sigma.unsqueeze(1).unsqueeze(1)));
      Tensor all = Tensors.cat(1, x, conditioning.tokens());
      Tensor letters = conditioning.mask();
      Tensor seen = torch.ones_like(letters.narrow(1, 0, 1)).expand(-1, image);
      Tensor mask = Tensors.cat(1, seen, letters);
      Tensor y =
          Attention.mergeHeads(
              Attention.attend(
                  Attention.splitHeads(query.forward(all), 1),
                  Attention.splitHeads(key.forward(all), 1),
                  Attention.splitHeads(value.forward(all), 1),
                  Attention.padding(mask, ScalarType.Float)));
      Tensor velocity = out.forward(all.add(y).narrow(1, 0, image));
      return velocity.transpose(1, 2).reshape(Tensors.shape(latent));
    }

    @Override
    public Map<String, Tensor> tensors() {
      return built.tensors();
    }

    @Override
    public Map<String, Linear> linears() {
      return built.linears();
    }

    @Override
    public void recompute(boolean on) {
      // It has a single block.
    }

    @Override
    public int latentChannels() {
      return config.channels();
    }

    @Override
    public int patchSize() {
      return 1;
    }

    @Override
    public int nativeSide() {
      return 8;
    }

    @Override
    public OptionalInt largestSide() {
      return OptionalInt.empty();
    }
  }
}
