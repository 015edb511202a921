package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.UserError;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class WeightsReportTest {
  @Test
  void theReportHoldsScheduleStdsAndWeights() {
    // Two steps at shift 1: sigma 1, .001, 0
    ObjectNode report = new WeightsReport(2, 1, .7, false).json();
    assertThat(floats(report, "schedule")).containsExactly(new double[] {1, .001, 0}, within(1e-6));
    assertThat(floats(report, "steps")).containsExactly(0);
    // s = .7 / sqrt(1 - .001), std = s * sqrt(1 - .001)
    assertThat(floats(report, "noise_level")[0]).isCloseTo(.7 / Math.sqrt(.999), within(1e-6));
    assertThat(floats(report, "std")[0]).isCloseTo(.7, within(1e-6));
    assertThat(floats(report, "weights")).containsExactly(1);
  }

  @Test
  void theLastStepCountsWhenAskedFor() {
    ObjectNode report = new WeightsReport(2, 1, 1, true).json();
    // s of the last = sqrt(.001/.999), std = s * sqrt(.001) = .001/sqrt(.999); the first's is 1
    double last = .001 / Math.sqrt(.999);
    assertThat(floats(report, "std")).containsExactly(new double[] {1, last}, within(1e-6));
    double mean = (1 + last) / 2;
    assertThat(floats(report, "weights"))
        .containsExactly(new double[] {1 / mean, last / mean}, within(1e-6));
  }

  @Test
  void theReportOfTheReleasedSetting() {
    ObjectNode report = new WeightsReport(10, 3, .7, false).json();
    double[] std = floats(report, "std");
    double[] weights = floats(report, "weights");
    assertThat(std).hasSize(9);
    assertThat(floats(report, "schedule")[4]).isCloseTo(.7904, within(5e-5));
    assertThat(weights[3] / std[3]).isCloseTo(2.2522, within(5e-5));
  }

  @Test
  void wrongOptionsAreNamedTogether() {
    assertThatThrownBy(() -> new WeightsReport(1, 0, -1, false))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("steps must be at least 2")
        .hasMessageContaining("shift")
        .hasMessageContaining("noise");
  }

  @Test
  void reports() {
    assertThat(new WeightsReport(1, 3, 0.7, true).json().path("steps")).hasSize(1);
    assertThat(new WeightsReport(2, 3, 0.7, false).json().path("steps")).hasSize(1);
    refused("when the last step is not trained", () -> new WeightsReport(1, 3, 0.7, false));
    refused("steps must be at least 1, not 0", () -> new WeightsReport(0, 3, 0.7, true));
    refused("noise must be above 0", () -> new WeightsReport(2, 3, 0, false));
  }

  private static void refused(String because, ThrowingCallable work) {
    assertThatThrownBy(work).isInstanceOf(UserError.class).hasMessageContaining(because);
  }

  private static double[] floats(ObjectNode report, String key) {
    return new ObjectMapper().convertValue(report.get(key), double[].class);
  }
}
