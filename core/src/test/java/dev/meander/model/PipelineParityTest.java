package dev.meander.model;

import static dev.meander.testing.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.sampler.Ode;
import dev.meander.sampler.StepTimes;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.text.Conditioning;
import dev.meander.text.TextOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Text encoding, sampling and decoding agree with diffusers' StableDiffusion3Pipeline. */
class PipelineParityTest {
  private static final double TOLERANCE = 1e-5;
  private static final double TEXT_TOLERANCE = 1e-5;
  private static final Fixture FIXTURE = Fixture.of("pipe-sd3");
  private static final JsonNode SETTINGS = ConfigFile.read(FIXTURE.directory().resolve("io.json"));
  private static Pipeline pipeline;

  @BeforeAll
  static void load() {
    pipeline = Pipeline.load(FIXTURE.directory(), ScalarType.Float, TextOptions.usual());
  }

  @AfterAll
  static void close() {
    pipeline.close();
  }

  private static List<String> prompts() {
    List<String> prompts = new ArrayList<>();
    SETTINGS.get("prompts").forEach(p -> prompts.add(p.asText()));
    return prompts;
  }

  private static List<String> negatives() {
    return Collections.nCopies(prompts().size(), SETTINGS.get("negative_prompt").asText());
  }

  @Test
  void textEncoding() {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> io = FIXTURE.io();
      assertEncoding("", prompts(), io);
      assertEncoding("negative_", negatives(), io);
    }
  }

  private static void assertEncoding(String kind, List<String> texts, Map<String, Tensor> io) {
    Conditioning encoded = pipeline.prompts().encode(texts);
    Tensor clip = io.get(kind + "clip_prompt_embeds");
    long rows = clip.size(1);
    long t5 = SETTINGS.get("t5_rows").asLong();
    assertThat(encoded.tokens().shape()).containsExactly(texts.size(), rows + t5, clip.size(2));
    assertClose(kind + "clip", encoded.tokens().narrow(1, 0, rows), clip, TEXT_TOLERANCE);
    assertThat(Tensors.floats(encoded.tokens().narrow(1, rows, t5))).containsOnly(0);
    Tensor pooled = io.get(kind + "pooled_prompt_embeds");
    assertClose(kind + "pooled", encoded.requirePooled(), pooled, TEXT_TOLERANCE);
  }

  @Test
  void everyStepWithGuidance() {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> io = FIXTURE.io();
      double guidance = SETTINGS.get("guidance_scale").asDouble();
      List<Tensor> latents = sample(pipeline, io.get("noise"), guidance);
      for (int k = 0; k < latents.size(); k++) {
        Tensor expected = io.get("trajectory").narrow(0, k, 1).squeeze(0);
        assertClose("after step " + k, latents.get(k), expected, TOLERANCE);
      }
    }
  }

  @Test
  void withoutGuidance() {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> io = FIXTURE.io();
      List<Tensor> latents = sample(pipeline, io.get("noise"), 1);
      assertClose(
          "latents", latents.get(latents.size() - 1), io.get("latents.guidance_1"), TOLERANCE);
    }
  }

  @Test
  void anotherNumberOfT5Rows() {
    try (Scope scope = new Scope();
        Pipeline shorter =
            Pipeline.load(FIXTURE.directory(), ScalarType.Float, TextOptions.tokens(128))) {
      Map<String, Tensor> io = FIXTURE.io();
      double guidance = SETTINGS.get("guidance_scale").asDouble();
      List<Tensor> latents = sample(shorter, io.get("noise"), guidance);
      assertClose(
          "latents", latents.get(latents.size() - 1), io.get("latents.t5_rows_128"), TOLERANCE);
    }
  }

  @Test
  void decoding() {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> io = FIXTURE.io();
      Tensor image = pipeline.vae().decode(io.get("latents"));
      assertClose("decoded", image, io.get("decoded"), TOLERANCE);
    }
  }

  @Test
  void bfloat16StaysNear() {
    try (Scope scope = new Scope();
        Pipeline half =
            Pipeline.load(FIXTURE.directory(), ScalarType.BFloat16, TextOptions.usual())) {
      assertThat(half.transformer().tensors().values())
          .allMatch(t -> t.scalar_type().intern() == ScalarType.BFloat16);
      Map<String, Tensor> io = FIXTURE.io();
      List<Tensor> latents = sample(half, io.get("noise"), 1);
      Tensor last = latents.get(latents.size() - 1);
      assertThat(last.scalar_type().intern()).isEqualTo(ScalarType.Float);
      // 8 bits of mantissa over 10 steps.
      assertClose("latents", last, io.get("latents.guidance_1"), 3e-2);
    }
  }

  /** The latents after every step of the ODE. */
  private static List<Tensor> sample(Pipeline pipeline, Tensor noise, double guidance) {
    SigmaSchedule schedule =
        pipeline.schedule(new long[] {4, 4, 6}).schedule(SETTINGS.get("steps").asInt());
    Conditioning positive = pipeline.prompts().encode(prompts());
    Conditioning negative = pipeline.prompts().encode(negatives());
    int batch = Math.toIntExact(noise.size(0));
    List<Tensor> latents = new ArrayList<>();
    Tensor x = noise;
    for (int k = 0; k < schedule.steps(); k++) {
      StepTimes times =
          StepTimes.of(schedule, Collections.nCopies(batch, k).stream().mapToInt(i -> i).toArray());
      Tensor v = pipeline.transformer().velocity(x, times.sigma(), positive);
      if (guidance != 1) {
        Tensor without = pipeline.transformer().velocity(x, times.sigma(), negative);
        v = without.add(v.sub(without).mul(new Scalar(guidance)));
      }
      x = Ode.step(x, times, v);
      latents.add(x);
    }
    return latents;
  }
}
