package dev.meander.preference;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.FilePath;
import dev.meander.config.Positive;
import java.util.Optional;

/**
 * Settings of {@link ImageReward}.
 *
 * @param model directory of the weights and {@code med_config.json}
 * @param tokenizer directory of bert-base-uncased's tokenizer; the model's own when empty
 * @param visionHeads heads of the vision tower, which no file tells
 * @param batchSize images in one pass
 */
public record ImageRewardConfig(
    @Doc("Directory of med_config.json and ImageReward's weights as safetensors.") @FilePath
        String model,
    @Doc("Directory of bert-base-uncased's tokenizer.json, when it is another.") @FilePath
        Optional<String> tokenizer,
    @Doc("Heads of the vision tower, which no file tells.") @Default("16") @Positive
        int visionHeads,
    @Doc("Images in one pass of the network.") @Default("16") @Positive int batchSize) {}
