package dev.meander.sampler;

import static dev.meander.testing.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StaticShift;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Every step of a schedule at once, against TurningPoint-GRPO's own. */
class TurningPointSamplerParityTest {
  private static final Fixture FIXTURE = new Fixture(Path.of("src/test/resources/parity"));

  @Test
  void stepsAndDensitiesAgree() {
    JsonNode json = ConfigFile.read(FIXTURE.directory().resolve("turningpoint.json"));
    SigmaSchedule schedule =
        new StaticShift(json.get("shift").doubleValue()).schedule(json.get("steps").intValue());
    try (Scope scope = new Scope()) {
      Map<String, Tensor> io = FIXTURE.tensors("turningpoint.safetensors");
      assertThat(schedule.sigmas()).isEqualTo(Tensors.floats(io.get("sigmas")));
      StepTimes times = StepTimes.of(schedule, IntStream.range(0, schedule.steps()).toArray());
      assertThat(json.get("sampler")).hasSize(2);
      for (JsonNode one : json.get("sampler")) {
        String name = one.get("name").textValue();
        double level = one.get("noise_level").doubleValue();
        boolean sde = one.get("dynamics").textValue().equals("flow-sde");
        StochasticDynamics dynamics = sde ? new FlowSde(level) : new Cps(level);
        StepDistribution step = dynamics.step(io.get("x"), times, io.get("v"));
        Tensor given = io.get(name + ".prev_sample");
        assertClose(name + " mean", step.mean(), io.get(name + ".mean"), 1e-6);
        assertClose(name + " s", step.noiseLevel().flatten(), io.get(name + ".noise_level"), 1e-6);
        assertClose(name + " next", step.sample(io.get("noise")), given, 1e-6);
        assertClose(name + " logProb", step.logProb(given), io.get(name + ".logprob"), 1e-6);
      }
    }
  }
}
