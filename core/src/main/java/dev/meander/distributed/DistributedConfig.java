package dev.meander.distributed;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rules;

/** How patient the processes of a run are with each other. */
public record DistributedConfig(
    @Doc(
            "Seconds without any sign of life from a process after which the others give it up. A process"
                + " that is merely slow, such as one that waits for a reward, shows signs of life.")
        @Default("120")
        @Range(min = 2, max = 86400)
        int timeout,
    @Doc("Seconds that the processes of a run wait for each other at the start.")
        @Default("600")
        @Range(min = 2, max = 86400)
        int startTimeout) {
  public DistributedConfig {
    Rules.require(DistributedConfig.class, timeout, startTimeout);
  }
}
