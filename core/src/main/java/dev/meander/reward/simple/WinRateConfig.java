package dev.meander.reward.simple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;

/** Settings of the reward {@code win_rate}. */
@Doc("Settings of the reward win_rate.")
record WinRateConfig(
    @Doc("The reward by whose scores two images are compared, e.g. pickscore.") String reward,
    @Doc("Its own settings.") @Default("{}") JsonNode config) {

  public WinRateConfig {
    if (!config.isObject()) {
      throw new IllegalArgumentException("config must be keys with values");
    }
  }
}
