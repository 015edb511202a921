package dev.meander.reward.remote;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Flat;

/** Settings of the reward {@code vlm_judge}. */
@Doc("Settings of the reward vlm_judge.")
record VlmJudgeConfig(
    @Doc("Where the model is served.") @Flat ChatServer server,
    @Doc("What is asked and how the answer becomes a score.") @Default("yes_no") Rating rating,
    @Doc("Show the prompt's source image before the image; prompts without one are refused.")
        @Default("false")
        boolean showSource) {}
