package dev.meander.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meander.model.VelocityModel;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Guidance and the plain sampler on a network whose velocity is known. */
class GuidedSamplingTest {
  /** The velocity {@code prompt * latent + sigma + guidance}, a sample; notes its batches. */
  private static final class Linear implements VelocityModel {
    final List<Long> batches = new ArrayList<>();

    @Override
    public Tensor velocity(Tensor latent, Tensor sigma, Conditioning conditioning) {
      batches.add(latent.size(0));
      Tensor slope = conditioning.requirePooled().reshape(-1, 1, 1, 1);
      Tensor told = conditioning.guidance().orElseThrow().reshape(-1, 1, 1, 1);
      return latent.mul(slope).add(sigma.reshape(-1, 1, 1, 1)).add(told);
    }

    @Override
    public Map<String, Tensor> tensors() {
      return Map.of();
    }
  }

  private final Linear model = new Linear();

  private static Conditioning prompts(float... slopes) {
    return new Conditioning(
        Tensors.of(new float[2 * slopes.length], slopes.length, 2, 1),
        Tensors.of(slopes, slopes.length, 1));
  }

  private float[] velocity(double scale) {
    Tensor v =
        new GuidedVelocity(model, scale, 10)
            .velocity(
                Tensors.of(new float[] {1, 2}, 2, 1, 1, 1),
                Tensors.of(new float[] {0.5f, 0.25f}, 2),
                prompts(3, 4),
                prompts(1, -1));
    return Tensors.floats(v);
  }

  @Test
  void guidanceGoesFromTheNegativePromptPastThePrompt() {
    try (Scope scope = new Scope()) {
      // Sample 0: 1 + 0.5 + 10 without, 3 + 0.5 + 10 with; sample 1: -2 and 8, + 0.25 + 10.
      assertThat(velocity(2)).containsExactly(11.5f + 2 * 2, 8.25f + 2 * 10);
      assertThat(velocity(1.5)).containsExactly(11.5f + 1.5f * 2, 8.25f + 1.5f * 10);
      assertThat(model.batches).containsExactly(4L, 4L);
    }
  }

  @Test
  void atAScaleOfOneThereIsOnePassOfThePromptAlone() {
    try (Scope scope = new Scope()) {
      assertThat(velocity(1)).containsExactly(13.5f, 18.25f);
      assertThat(velocity(0)).containsExactly(13.5f, 18.25f);
      assertThat(model.batches).containsExactly(2L, 2L);
    }
    assertThat(new GuidedVelocity(model, 1, 3.5).guided()).isFalse();
    assertThat(new GuidedVelocity(model, 1.01, 3.5).guided()).isTrue();
  }

  @Test
  void theSamplerMakesEulersSteps() {
    SigmaSchedule schedule = new SigmaSchedule(new float[] {1, 0.75f, 0.25f, 0});
    float x = 2;
    for (int k = 0; k < 3; k++) {
      x += (schedule.sigma(k + 1) - schedule.sigma(k)) * (0.5f * x + schedule.sigma(k) + 10);
    }
    try (Scope scope = new Scope()) {
      Tensor clean =
          new OdeSampler(new GuidedVelocity(model, 1, 10), schedule)
              .sample(Tensors.of(new float[] {2}, 1, 1, 1, 1), prompts(0.5f), prompts(0));
      assertThat(Tensors.floats(clean)[0]).isCloseTo(x, within(1e-5f));
    }
    assertThat(model.batches).containsExactly(1L, 1L, 1L);
  }

  @Test
  void aStepOfTheOdeFollowsTheVelocity() {
    try (Scope scope = new Scope()) {
      SigmaSchedule schedule = new SigmaSchedule(new float[] {1, 0.5f, 0});
      Tensor x = Tensors.of(new float[] {4}, 1, 1);
      Tensor v = Tensors.of(new float[] {2}, 1, 1);
      assertThat(Tensors.floats(Ode.step(x, StepTimes.of(schedule, 0), v))).containsExactly(3);
    }
  }
}
