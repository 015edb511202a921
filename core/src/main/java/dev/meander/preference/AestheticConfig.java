package dev.meander.preference;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.FilePath;
import dev.meander.config.Positive;
import java.util.Optional;

/**
 * Settings of {@link Aesthetic}.
 *
 * @param model directory of a transformers CLIPModel (LAION's head was trained on CLIP ViT-L/14)
 * @param processor directory of image processing and tokenizer; the model's own when empty
 * @param head safetensors file of the head
 * @param batchSize images in one pass
 */
public record AestheticConfig(
    @Doc(
            "Directory of a transformers CLIPModel; LAION's head belongs to openai/clip-vit-large-patch14.")
        @FilePath
        String model,
    @Doc("Directory of preprocessor_config.json and the tokenizer, when it is another.") @FilePath
        Optional<String> processor,
    @Doc("The head: a safetensors file with layers.0, 2, 4, 6 and 7.") @FilePath String head,
    @Doc("Images in one pass of the network.") @Default("32") @Positive int batchSize) {}
