package dev.meander.model;

import static dev.meander.testing.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.sampler.GuidedVelocity;
import dev.meander.sampler.Ode;
import dev.meander.sampler.OdeSampler;
import dev.meander.sampler.StepTimes;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.testing.Fixture;
import dev.meander.text.Conditioning;
import dev.meander.text.TextOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text encoding, sampling and decoding agree with diffusers' pipelines with T5. */
class FluxPipelineParityTest {
  private static final double TEXT_TOLERANCE = 1e-5;
  private static final double TOLERANCE = 1e-4;

  private record Case(Fixture fixture, JsonNode settings, Map<String, Tensor> io) {
    static Case of(String name) {
      Fixture fixture = Fixture.of(name);
      return new Case(
          fixture, ConfigFile.read(fixture.directory().resolve("io.json")), fixture.io());
    }

    Pipeline load(int t5Tokens) {
      return Pipeline.load(
          fixture.directory(),
          ScalarType.Float,
          t5Tokens < 0 ? TextOptions.usual() : TextOptions.tokens(t5Tokens));
    }

    int t5Tokens() {
      return settings.get("t5_tokens").asInt();
    }

    List<String> prompts() {
      List<String> prompts = new ArrayList<>();
      settings.get("prompts").forEach(p -> prompts.add(p.asText()));
      return prompts;
    }

    /** Along the ODE, with true guidance of {@code scale} and embedded guidance. */
    Tensor sample(Pipeline pipeline, Tensor noise, double scale, double embedded) {
      return Autograd.noGrad(
          () -> {
            long[] shape = Arrays.copyOfRange(noise.shape(), 1, 4);
            Conditioning positive = pipeline.prompts().encode(prompts());
            Conditioning negative =
                pipeline.prompts().encode(Collections.nCopies(prompts().size(), ""));
            return new OdeSampler(
                    new GuidedVelocity(pipeline.transformer(), scale, embedded),
                    pipeline.schedule(shape).schedule(settings.get("steps").asInt()))
                .sample(noise, positive, negative);
          });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pipe-flux-dev", "pipe-sd3-t5"})
  void textEncoding(String name) {
    Case c = Case.of(name);
    try (Scope scope = new Scope();
        Pipeline pipeline = c.load(c.t5Tokens())) {
      Conditioning positive = Autograd.noGrad(() -> pipeline.prompts().encode(c.prompts()));
      assertClose("prompts", positive.tokens(), c.io.get("prompt_embeds"), TEXT_TOLERANCE);
      assertClose(
          "pooled", positive.requirePooled(), c.io.get("pooled_prompt_embeds"), TEXT_TOLERANCE);
      int negatives = Math.toIntExact(c.io.get("negative_prompt_embeds").size(0));
      Conditioning negative =
          Autograd.noGrad(() -> pipeline.prompts().encode(Collections.nCopies(negatives, "")));
      assertClose(
          "negative", negative.tokens(), c.io.get("negative_prompt_embeds"), TEXT_TOLERANCE);
      assertClose(
          "negative pooled",
          negative.requirePooled(),
          c.io.get("negative_pooled_prompt_embeds"),
          TEXT_TOLERANCE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pipe-flux-dev", "pipe-flux-schnell", "pipe-sd3-t5"})
  void everyStep(String name) {
    Case c = Case.of(name);
    try (Scope scope = new Scope();
        Pipeline pipeline = c.load(c.t5Tokens())) {
      boolean sd3 = name.contains("sd3");
      double scale = sd3 ? c.settings.get("guidance_scale").asDouble() : 1;
      Tensor trajectory = c.io.get("trajectory");
      Tensor x = c.io.get("noise");
      SigmaSchedule schedule =
          pipeline
              .schedule(Arrays.copyOfRange(x.shape(), 1, 4))
              .schedule(c.settings.get("steps").asInt());
      GuidedVelocity network = new GuidedVelocity(pipeline.transformer(), scale, 3.5);
      Conditioning positive = pipeline.prompts().encode(c.prompts());
      Conditioning negative =
          pipeline.prompts().encode(Collections.nCopies(c.prompts().size(), ""));
      for (int k = 0; k < schedule.steps(); k++) {
        int[] steps = new int[c.prompts().size()];
        Arrays.fill(steps, k);
        StepTimes times = StepTimes.of(schedule, steps);
        Tensor v = network.velocity(x, times.sigma(), positive, negative);
        x = Ode.step(x, times, v);
        assertClose("after step " + k, x, trajectory.select(0, k), TOLERANCE);
      }
      if (c.io.containsKey("decoded")) {
        assertClose("decoded", pipeline.vae().decode(x), c.io.get("decoded"), TOLERANCE);
      }
    }
  }

  @Test
  void trueGuidanceBesideTheEmbedded() {
    Case c = Case.of("pipe-flux-dev");
    try (Scope scope = new Scope();
        Pipeline pipeline = c.load(c.t5Tokens())) {
      double scale = c.settings.get("true_cfg_scale").asDouble();
      Tensor latents = c.sample(pipeline, c.io.get("noise"), scale, 1);
      assertClose("latents", latents, c.io.get("latents.true_cfg"), TOLERANCE);
    }
  }

  @Test
  void noiseLevelsFollowTheImageSize() {
    Case c = Case.of("pipe-flux-dev");
    try (Scope scope = new Scope();
        Pipeline pipeline = c.load(c.t5Tokens())) {
      Tensor latents = c.sample(pipeline, c.io.get("noise.large"), 1, 3.5);
      assertClose("latents", latents, c.io.get("latents.large"), TOLERANCE);
      assertThat(pipeline.schedule(new long[] {4, 6, 8}))
          .isNotEqualTo(pipeline.schedule(new long[] {4, 4, 6}));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pipe-flux-dev, 512, 3.5", "pipe-sd3-t5, 256, 4.5"})
  void asManyT5TokensAsThePipelinesTake(String text) {
    String[] parts = text.split(", ");
    Case c = Case.of(parts[0]);
    try (Scope scope = new Scope();
        Pipeline pipeline = c.load(-1)) {
      double scale = parts[0].contains("sd3") ? Double.parseDouble(parts[2]) : 1;
      Tensor latents = c.sample(pipeline, c.io.get("noise"), scale, 3.5);
      assertClose("latents", latents, c.io.get("latents." + parts[1]), TOLERANCE);
    }
  }
}
