package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.event.Progress;
import dev.meander.model.ModelSizes;
import dev.meander.model.Pipeline;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.testing.Fixture;
import dev.meander.text.TextOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryPlanTest {
  private static final Path MODEL = Fixture.of("pipe-sd3").directory();
  private static final ModelSizes SIZES = ModelSizes.read(MODEL, TextOptions.tokens(2));

  private static MemoryPlan plan(String... overrides) {
    return plan(SIZES, overrides);
  }

  private static MemoryPlan plan(ModelSizes sizes, String... overrides) {
    return MemoryPlan.of(TinyRun.config(overrides), sizes, Progress.Source.SILENT);
  }

  private static Map<String, Long> parts(MemoryPlan plan, String phase) {
    return plan.phases().stream()
        .filter(p -> p.name().equals(phase))
        .findFirst()
        .orElseThrow()
        .parts();
  }

  private static long elements(Iterable<Tensor> tensors) {
    long n = 0;
    for (Tensor t : tensors) {
      n += t.numel();
    }
    return n;
  }

  @Test
  void weightsAndOptimizerAreCountedFromTheHeaders() {
    try (Pipeline pipeline = Pipeline.load(MODEL, ScalarType.Float, TextOptions.tokens(2));
        LoraAdapter adapter =
            LoraAdapter.attach(
                pipeline.transformer().linears(),
                ((TrainConfig.Lora) TinyRun.config().policy()).lora().config(),
                1)) {
      long transformer = elements(pipeline.transformer().tensors().values());
      long lora = elements(adapter.parameters().values());
      Map<String, Long> update = parts(plan("workers=1"), "update");
      assertThat(update)
          .containsEntry("transformer", 4 * transformer)
          .containsEntry("autoencoder", 4 * elements(pipeline.vae().tensors().values()))
          .containsEntry("adapter", 4 * lora)
          .containsEntry("optimizer", 4 * lora * (1 + 2 + 1)); // gradient, moments, average
      assertThat(parts(plan("model.dtype=bfloat16"), "update"))
          .containsEntry("transformer", 2 * transformer)
          .containsEntry("adapter", 4 * lora);
      assertThat(parts(plan("policy=full"), "rollout"))
          .containsEntry("reference weights", 4 * transformer)
          .containsEntry("optimizer", 4 * transformer * 3);
      assertThat(SIZES.textTokens())
          .isEqualTo(pipeline.prompts().encode(List.of("")).tokens().size(1));
      LoraConfig config = ((TrainConfig.Lora) TinyRun.config().policy()).lora().config();
      assertThat(config.parameters(SIZES.layers())).isEqualTo(lora);
    }
  }

  /** Of the update, with a transformer of 24 blocks. */
  private static long activations(String... overrides) {
    Sd3Config c = (Sd3Config) SIZES.transformer();
    Sd3Config deep =
        new Sd3Config(
            c.sampleSize(),
            c.patchSize(),
            c.inChannels(),
            c.outChannels(),
            24,
            c.attentionHeadDim(),
            c.numAttentionHeads(),
            c.jointAttentionDim(),
            c.captionProjectionDim(),
            c.pooledProjectionDim(),
            c.posEmbedMaxSize(),
            c.dualAttentionLayers(),
            c.qkNorm());
    ModelSizes sizes =
        new ModelSizes(deep, SIZES.vae(), SIZES.parameters(), SIZES.layers(), SIZES.textTokens());
    return parts(plan(sizes, overrides), "update").get("activations");
  }

  @Test
  void fluxIsPlannedAsWell() {
    ModelSizes sizes =
        ModelSizes.read(Fixture.of("pipe-flux-dev").directory(), TextOptions.tokens(7));
    assertThat(sizes.textTokens()).isEqualTo(7);
    MemoryPlan plan = plan(sizes, "update.batch_size=8");
    MemoryPlan again = plan(sizes, "update.batch_size=8", "update.gradient_checkpointing=true");
    assertThat(plan.measured().sampling()).isPositive().isEqualTo(again.measured().sampling());
    assertThat(plan.measured().training()).isGreaterThan(again.measured().training());
    assertThat(parts(plan, "update").get("activations"))
        .isGreaterThan(2 * 8 * plan.measured().training());
  }

  @Test
  void aPipelineThatIsNotKnownAndTextWithoutTokens(@TempDir Path temp) throws Exception {
    Files.writeString(temp.resolve("model_index.json"), "{\"_class_name\": \"Other\"}");
    assertThatThrownBy(() -> ModelSizes.read(temp, TextOptions.usual()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            "must be FluxPipeline or StableDiffusion3Pipeline or ZPlainPipeline, found \"Other\"");
    assertThatThrownBy(
            () -> ModelSizes.read(Fixture.of("pipe-flux-dev").directory(), TextOptions.tokens(0)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("t5_tokens must be at least 1 for FLUX");
  }

  @Test
  void whatSavesMemoryNeedsLess() {
    long usual = activations("update.batch_size=8");
    assertThat(activations("update.batch_size=8", "update.gradient_checkpointing=true"))
        .isLessThan(usual / 3);
    assertThat(activations("update.batch_size=4")).isEqualTo(usual / 2);
    assertThat(activations("update.batch_size=8", "sampling.guidance=1")).isLessThan(usual);
    assertThat(parts(plan(), "rollout")).containsKey("text encoders");
    assertThat(parts(plan("model.text_encoders=free"), "rollout"))
        .doesNotContainKey("text encoders");
    assertThat(parts(plan("model.dtype=bfloat16"), "rollout")).containsEntry("merged adapters", 0L);
  }

  @Test
  void theLargestBatchFitsAndTheNextDoesNot() {
    MemoryPlan plan = plan("data.prompts_per_rollout=200");
    long memory = plan.peak().bytes() + (1 << 20);
    int update = plan.largestUpdateBatch(memory).orElseThrow();
    assertThat(bytes("update.batch_size=" + update, "update")).isLessThanOrEqualTo(memory);
    assertThat(bytes("update.batch_size=" + (update + 1), "update")).isGreaterThan(memory);
    int sampling = plan.largestSamplingBatch(memory).orElseThrow();
    assertThat(bytes("sampling.batch_size=" + sampling, "rollout")).isLessThanOrEqualTo(memory);
    assertThat(bytes("sampling.batch_size=" + (sampling + 1), "rollout")).isGreaterThan(memory);
    assertThat(plan.largestUpdateBatch(1 << 20)).isEqualTo(OptionalInt.empty());
  }

  private static long bytes(String override, String phase) {
    return parts(plan("data.prompts_per_rollout=200", override), phase).values().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  @Test
  void sizesAsPeopleWriteThem() {
    assertThat(MemoryPlan.parseBytes("24G")).isEqualTo(24L << 30);
    assertThat(MemoryPlan.parseBytes("1.5 GiB".replace(" ", ""))).isEqualTo(3L << 29);
    assertThat(MemoryPlan.parseBytes("800mb")).isEqualTo(800L << 20);
    assertThat(MemoryPlan.parseBytes("80000000000")).isEqualTo(80000000000L);
    assertThatThrownBy(() -> MemoryPlan.parseBytes("80"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("give a unit, such as 80G");
    for (String wrong : List.of("", "much", "-1G", "24X", "G")) {
      assertThatThrownBy(() -> MemoryPlan.parseBytes(wrong)).isInstanceOf(UserError.class);
    }
  }

  @Test
  void aDirectoryThatLacksPartsIsSaid(@TempDir Path temp) throws Exception {
    Files.copy(MODEL.resolve("model_index.json"), temp.resolve("model_index.json"));
    assertThatThrownBy(() -> ModelSizes.read(temp, TextOptions.usual()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("it lacks scheduler, text_encoder, text_encoder_2, tokenizer")
        .hasMessageContaining("transformer, vae; needed are");
  }
}
