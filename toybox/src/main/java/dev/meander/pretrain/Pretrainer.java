package dev.meander.pretrain;

import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.event.EventBus;
import dev.meander.model.AutoencoderKl;
import dev.meander.model.VaeConfig;
import dev.meander.model.sd3.Sd3PromptEncoder;
import dev.meander.model.sd3.Sd3Transformer;
import dev.meander.nn.Parameters;
import dev.meander.random.Domain;
import dev.meander.text.ClipConfig;
import dev.meander.text.ClipEncoder;
import dev.meander.text.ClipTextModel;
import dev.meander.text.ClipTokenizer;
import dev.meander.text.PromptEncoder;
import dev.meander.toybox.Mixture;
import dev.meander.toybox.Toybox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Makes a small text-to-image flow model from nothing: autoencoder first, then text encoders and
 * transformer together on its latents, on images of the toy world.
 *
 * <p>The work directory holds one checkpoint a stage; running again continues, and changes nothing
 * once all is done.
 */
public final class Pretrainer {
  private static final String PAD = "!";

  private final PretrainConfig config;
  private final Path work;
  private final EventBus events;
  private final Toybox toybox;

  /**
   * @param work the directory of the checkpoints, which is made when missing
   */
  public Pretrainer(PretrainConfig config, Path work, EventBus events) {
    this.config = config;
    this.work = work;
    this.events = events;
    this.toybox = new Toybox(config.basics().seed(), Mixture.withText(config.textShare()));
  }

  /** Trains every stage and writes the model in diffusers' layout to {@code out}. */
  public void run(Path out) {
    try {
      Files.createDirectories(work);
      ToyboxVocabulary vocabulary = new ToyboxVocabulary();
      vocabulary.write(out.resolve("tokenizer"), config.basics().tokens(), "<|endoftext|>");
      vocabulary.write(out.resolve("tokenizer_2"), config.basics().tokens(), PAD);
      AutoencoderKl vae = trainVae();
      train(vocabulary, vae, out);
    } catch (IOException e) {
      throw new UserError("cannot write to " + work + " or " + out + ": " + StrictJson.fault(e), e);
    }
  }

  private AutoencoderKl trainVae() {
    AutoencoderKl raw = new AutoencoderKl(config.vae(), random("vae"));
    VaeTraining training = new VaeTraining(raw, toybox, config);
    Stage stage =
        new Stage("vae", config.vaeStage(), raw.tensors(), work.resolve("vae.safetensors"), events);
    stage.run(training::loss);
    VaeConfig measured = training.measureLatents(config.vae());
    return new AutoencoderKl(measured, Parameters.from(raw.tensors(), "vae"));
  }

  private void train(ToyboxVocabulary vocabulary, AutoencoderKl vae, Path out) throws IOException {
    ClipConfig small = vocabulary.fit(config.textEncoder(), config.basics().tokens());
    ClipConfig large = vocabulary.fit(config.textEncoder2(), config.basics().tokens());
    ClipTextModel clip = new ClipTextModel(small, random("text_encoder"), true);
    ClipTextModel clip2 = new ClipTextModel(large, random("text_encoder_2"), true);
    Sd3Transformer transformer =
        new Sd3Transformer(config.transformer(), random("transformer"), ScalarType.Float);
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    clip.tensors().forEach((n, t) -> parameters.put("text_encoder." + n, t));
    clip2.tensors().forEach((n, t) -> parameters.put("text_encoder_2." + n, t));
    transformer.tensors().forEach((n, t) -> parameters.put("transformer." + n, t));
    parameters.remove("transformer.pos_embed.pos_embed");

    try (PromptEncoder prompts =
        new Sd3PromptEncoder(
            new ClipEncoder(ClipTokenizer.load(out.resolve("tokenizer")), clip),
            new ClipEncoder(ClipTokenizer.load(out.resolve("tokenizer_2")), clip2),
            null,
            config.transformer().jointAttentionDim(),
            ModelWriter.T5_TOKENS)) {
      int side = config.transformer().sampleSize();
      LatentCache cache =
          LatentCache.of(
              work.resolve("latents.safetensors"),
              config.examples(),
              config.transformer().inChannels() * side * side,
              toybox,
              vae,
              events);
      FlowTraining training = new FlowTraining(transformer, prompts, cache, config);
      Stage stage =
          new Stage(
              "flow", config.flowStage(), parameters, work.resolve("flow.safetensors"), events);
      stage.run(training::loss);
    }
    new ModelWriter(out).write(config, vae, clip, clip2, transformer);
  }

  private Parameters random(String part) {
    return Parameters.random(Domain.MODEL_PART.key(config.basics().seed(), part.hashCode()));
  }
}
