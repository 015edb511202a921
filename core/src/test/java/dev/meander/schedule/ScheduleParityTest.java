package dev.meander.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** Against diffusers' FlowMatchEulerDiscreteScheduler. */
class ScheduleParityTest {
  @Test
  void staticShiftIsBitForBitTheSame() throws IOException {
    for (JsonNode one : cases("static")) {
      assertSame(new StaticShift(one.get("shift").doubleValue()), one);
    }
  }

  @Test
  void fluxWithAConstantShiftIsBitForBitTheSame() throws IOException {
    for (JsonNode one : cases("flux_static")) {
      assertSame(new FluxShift(one.get("shift").doubleValue()), one);
    }
  }

  @Test
  void dynamicShiftIsTheSameToOneUnitInTheLastPlace() throws IOException {
    for (JsonNode one : cases("dynamic")) {
      DynamicShift spec = new DynamicShift(one.get("tokens").intValue(), 256, 4096, 0.5, 1.15);
      assertThat(spec.mu()).isCloseTo(one.get("mu").doubleValue(), within(1e-15));
      assertSameToOneUnit(spec, one);
    }
  }

  @Test
  void dynamicShiftOfTheTrainingTableIsTheSameToOneUnitInTheLastPlace() throws IOException {
    for (JsonNode one : cases("sd3_dynamic")) {
      TableDynamicShift spec =
          new TableDynamicShift(
              new DynamicShift(one.get("tokens").intValue(), 256, 4096, 0.5, 1.15));
      assertThat(spec.shift().mu()).isCloseTo(one.get("mu").doubleValue(), within(1e-15));
      assertSameToOneUnit(spec, one);
    }
  }

  private static void assertSame(ScheduleSpec spec, JsonNode one) {
    float[] actual = spec.schedule(one.get("steps").intValue()).sigmas();
    assertThat(actual).as("%s", one).isEqualTo(sigmas(one));
  }

  private static void assertSameToOneUnit(ScheduleSpec spec, JsonNode one) {
    float[] expected = sigmas(one);
    float[] actual = spec.schedule(one.get("steps").intValue()).sigmas();
    assertThat(actual).hasSameSizeAs(expected);
    for (int k = 0; k < expected.length; k++) {
      assertThat(actual[k]).isCloseTo(expected[k], within(Math.ulp(expected[k])));
    }
  }

  private static float[] sigmas(JsonNode one) {
    JsonNode values = one.get("sigmas");
    float[] sigmas = new float[values.size()];
    for (int k = 0; k < sigmas.length; k++) {
      sigmas[k] = values.get(k).floatValue();
    }
    return sigmas;
  }

  private static JsonNode cases(String name) throws IOException {
    try (InputStream in = ScheduleParityTest.class.getResourceAsStream("/parity/schedule.json")) {
      JsonNode cases = new JsonMapper().readTree(in).get(name);
      assertThat(cases).hasSizeGreaterThan(10);
      return cases;
    }
  }
}
