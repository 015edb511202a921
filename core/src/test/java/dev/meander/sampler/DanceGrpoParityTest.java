package dev.meander.sampler;

import static dev.meander.testing.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.UniformShift;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Every step of a schedule but the last at once, against DanceGRPO's own. */
class DanceGrpoParityTest {
  private static final Fixture FIXTURE = new Fixture(Path.of("src/test/resources/parity"));
  private static final JsonNode SETTINGS =
      ConfigFile.read(FIXTURE.directory().resolve("dancegrpo.json"));

  private static SigmaSchedule schedule() {
    return new UniformShift(SETTINGS.get("shift").doubleValue())
        .schedule(SETTINGS.get("steps").intValue());
  }

  @Test
  void noiseLevelsAgree() {
    try (Scope scope = new Scope()) {
      float[] expected = Tensors.floats(FIXTURE.tensors("dancegrpo.safetensors").get("sigmas"));
      float[] actual = schedule().sigmas();
      assertThat(actual).hasSameSizeAs(expected);
      for (int k = 0; k < expected.length; k++) {
        assertThat(Math.abs(actual[k] - expected[k]))
            .as("sigma[%d]", k)
            .isLessThanOrEqualTo(Math.ulp(expected[k]));
      }
    }
  }

  @Test
  void stepsDensitiesAndGradientsAgree() {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> io = FIXTURE.tensors("dancegrpo.safetensors");
      StepTimes times =
          StepTimes.of(schedule(), IntStream.range(0, schedule().steps() - 1).toArray());
      assertThat(SETTINGS.get("cases")).hasSize(3);
      for (JsonNode one : SETTINGS.get("cases")) {
        String name = one.get("name").textValue();
        DanceSde dynamics = new DanceSde(one.get("eta").doubleValue());
        StepDistribution step = dynamics.step(io.get("x"), times, io.get("v"));
        Tensor given = io.get(name + ".prev_sample");
        assertClose(name + " mean", step.mean(), io.get(name + ".mean"), 1e-6);
        assertClose(name + " next", step.sample(io.get("noise")), given, 1e-6);
        // The reference subtracts nearly equal numbers for the score at small sigmas.
        assertClose(name + " logProb", step.logProb(given), io.get(name + ".logprob"), 1e-6);

        Tensor velocity = io.get("v_new").detach().clone().set_requires_grad(true);
        Tensor logProb = dynamics.step(io.get("x"), times, velocity).logProb(given);
        logProb.sum().backward();
        assertClose(name + " new", logProb, io.get(name + ".logprob_new"), 1e-6);
        assertClose(name + " gradient", Autograd.grad(velocity), io.get(name + ".grad"), 1e-5);
      }
    }
  }
}
