package dev.meander.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StaticShift;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Every step of a schedule at once, against flow_grpo's step function. */
class SamplerParityTest {
  private static final Path FOLDER = Path.of("src/test/resources/parity");

  @Test
  void stepsDensitiesAndGradientsAgree() throws IOException {
    JsonNode json = new JsonMapper().readTree(FOLDER.resolve("sampler.json").toFile());
    assertThat(json.get("cases")).hasSize(6);
    SigmaSchedule schedule =
        new StaticShift(json.get("shift").doubleValue()).schedule(json.get("steps").intValue());
    try (Scope scope = new Scope();
        TensorStore fixture = TensorStore.open(FOLDER.resolve("sampler.safetensors"))) {
      StepTimes times = StepTimes.of(schedule, IntStream.range(0, schedule.steps()).toArray());
      assertClose("sigma", times.sigma(), fixture.tensor("sigma"), 0);
      assertClose("sigmaNext", times.sigmaNext(), fixture.tensor("sigma_next"), 0);
      for (JsonNode one : json.get("cases")) {
        double level = one.get("noise_level").doubleValue();
        boolean sde = one.get("dynamics").textValue().equals("flow-sde");
        check(
            fixture, one.get("name").textValue(), sde ? new FlowSde(level) : new Cps(level), times);
      }
    }
  }

  private static void check(
      TensorStore fixture, String name, StochasticDynamics dynamics, StepTimes times) {
    Tensor x = fixture.tensor("x");
    StepDistribution old = dynamics.step(x, times, fixture.tensor("v"));
    Tensor next = old.sample(fixture.tensor("noise"));
    assertClose(name + " mean", old.mean(), fixture.tensor(name + ".mean"), 1e-6);
    assertClose(name + " std", old.std(), fixture.tensor(name + ".std"), 1e-6);
    assertClose(name + " s", old.noiseLevel(), fixture.tensor(name + ".noise_level"), 1e-6);
    assertClose(name + " next", next, fixture.tensor(name + ".prev_sample"), 1e-6);
    Tensor given = fixture.tensor(name + ".prev_sample");
    assertClose(name + " logProb", old.logProb(given), fixture.tensor(name + ".logprob"), 5e-6);

    Tensor velocity = fixture.tensor("v_new").set_requires_grad(true);
    StepDistribution current = dynamics.step(x, times, velocity);
    Tensor logProb = current.logProb(given);
    logProb.sum().backward();
    assertClose(name + " new mean", current.mean(), fixture.tensor(name + ".mean_new"), 1e-6);
    assertClose(name + " new logProb", logProb, fixture.tensor(name + ".logprob_new"), 5e-6);
    assertClose(
        name + " gradient", Autograd.grad(velocity), fixture.tensor(name + ".grad.v_new"), 5e-6);
  }

  /** Relative to the magnitude, absolute below 1. */
  private static void assertClose(String what, Tensor actual, Tensor expected, double tolerance) {
    float[] a = Tensors.floats(actual);
    float[] e = Tensors.floats(expected);
    assertThat(a).hasSameSizeAs(e);
    for (int i = 0; i < e.length; i++) {
      assertThat((double) a[i])
          .as("%s[%d]", what, i)
          .isCloseTo(e[i], within(tolerance * Math.max(1, Math.abs(e[i]))));
    }
  }
}
