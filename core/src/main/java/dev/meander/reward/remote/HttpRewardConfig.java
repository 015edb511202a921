package dev.meander.reward.remote;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Flat;
import dev.meander.config.Range;

/** Settings of the reward {@code http}. */
@Doc("Settings of the reward http.")
record HttpRewardConfig(
    @Doc("Where scores are computed.") @Flat RewardServers servers,
    @Doc("Images in one request, at most.") @Default("16") @Range(min = 1, max = 4096)
        int batchSize) {}
