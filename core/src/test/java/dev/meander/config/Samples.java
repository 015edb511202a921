package dev.meander.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records with one of everything. */
final class Samples {
  private Samples() {}

  enum Dynamics {
    ODE,
    FLOW_SDE
  }

  @Doc("A whole run.")
  record Run(
      @Doc("A name for logs.") String name,
      @Doc("Where prompts come from.") @Default("data/prompts.txt") Path prompts,
      @Doc("How to train.") Train train,
      @Doc("How credit is given.") @Default("plain") Credit credit,
      @Default("[]") List<Scorer> rewards,
      @Default("{}") Map<String, Double> weights,
      @Default("{}") JsonNode extra) {}

  record Train(
      @Doc("AdamW's step size.") @Positive @Default("3e-4") double lr,
      @Range(min = 1, max = 1000) @Default("10") int steps,
      @Default("9007199254740993") long seed,
      @Default("true") boolean ema,
      @Doc("No clipping when absent.") @Positive Optional<Float> clipRange,
      @Default("flow_sde") Dynamics dynamics,
      @Default("[0, 1, 2]") @Range(min = 0) List<Integer> branchSteps) {
    Train {
      if (branchSteps.size() > steps) {
        throw new IllegalArgumentException("more branch_steps than steps");
      }
    }
  }

  sealed interface Credit permits Plain, Named {}

  @Variant("plain")
  record Plain() implements Credit {}

  sealed interface Named extends Credit permits Turning {}

  @Doc("Aggregates at turning points.")
  @Variant("turning_point")
  record Turning(@Default("false") boolean consistent, @Default("1") double eta) implements Named {}

  record Scorer(@Key("kind") String name, @Default("1") float weight) {}

  @Ignored({"torch_dtype"})
  record Model(
      int numLayers,
      @Key("text_encoder_2") @Default("") String second,
      @Default(Default.NULL) Integer outChannels,
      @Default(Default.NULL) String qkNorm) {}
}
