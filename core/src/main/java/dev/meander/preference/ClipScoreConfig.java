package dev.meander.preference;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.FilePath;
import dev.meander.config.Positive;
import java.util.Optional;

/**
 * Settings of {@link ClipScore}.
 *
 * @param model directory of a transformers CLIPModel
 * @param processor directory of image processing and tokenizer; the model's own when empty
 * @param clamp whether a negative score counts as 0
 * @param batchSize images in one pass
 */
public record ClipScoreConfig(
    @Doc("Directory of a transformers CLIPModel: config.json and safetensors.") @FilePath
        String model,
    @Doc("Directory of preprocessor_config.json and the tokenizer, when it is another.") @FilePath
        Optional<String> processor,
    @Doc("Whether a negative score counts as 0.") @Default("true") boolean clamp,
    @Doc("Images in one pass of the network.") @Default("32") @Positive int batchSize) {}
