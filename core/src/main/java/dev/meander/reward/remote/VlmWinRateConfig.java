package dev.meander.reward.remote;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Flat;

/** Settings of the reward {@code vlm_win_rate}. */
@Doc("Settings of the reward vlm_win_rate.")
record VlmWinRateConfig(
    @Doc("Where the model is served.") @Flat ChatServer server,
    @Doc("What is asked about two images, and how the answer is understood.") @Default("conclusion")
        Comparison comparison,
    @Doc(
            "Ask about each pair twice, in both orders, and take the mean. Otherwise each image is the first one in"
                + " half of its pairs.")
        @Default("false")
        boolean bothOrders) {}
