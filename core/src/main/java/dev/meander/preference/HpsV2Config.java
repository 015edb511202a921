package dev.meander.preference;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.FilePath;
import dev.meander.config.Positive;
import java.util.Optional;

/**
 * Settings of {@link HpsV2}.
 *
 * @param model directory of an open_clip model
 * @param tokenizer directory of CLIP's tokenizer; the model's own when empty
 * @param batchSize images in one pass
 */
public record HpsV2Config(
    @Doc("Directory of open_clip_config.json and the weights in open_clip's names, as safetensors.")
        @FilePath
        String model,
    @Doc("Directory of CLIP's tokenizer files, when it is another.") @FilePath
        Optional<String> tokenizer,
    @Doc("Images in one pass of the network.") @Default("32") @Positive int batchSize) {}
