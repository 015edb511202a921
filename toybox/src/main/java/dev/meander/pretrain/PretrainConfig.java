package dev.meander.pretrain;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Flat;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import dev.meander.model.VaeConfig;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.text.ClipConfig;

/** A whole pretraining: the architecture of each part and how it is trained. */
@Doc("A whole pretraining: the architecture of each part and how it is trained.")
public record PretrainConfig(
    @Doc("Seed, threads and the length of prompts.") @Flat Basics basics,
    @Doc("Shift of the sampling schedule that is written with the model (SD3: 3).")
        @Default("3.0")
        @Positive
        double shift,
    @Doc("The autoencoder. Its scaling and shift factors are measured after its training.")
        VaeConfig vae,
    @Doc("The smaller CLIP text encoder; vocabulary and ids are filled in.") ClipConfig textEncoder,
    @Doc("The larger CLIP text encoder.") ClipConfig textEncoder2,
    @Doc("The flow model.") Sd3Config transformer,
    @Doc("First stage: the autoencoder.") StageConfig vaeStage,
    @Doc("Weight of the divergence of the autoencoder's posterior from a standard normal.")
        @Range(min = 0)
        double klWeight,
    @Doc("Second stage: text encoders and transformer together, on the autoencoder's latents.")
        StageConfig flowStage,
    @Doc("Distinct images that the second stage sees, again and again.") @Positive int examples,
    @Doc("Share of rendered words among the images.") @Range(min = 0, max = 1) double textShare,
    @Doc("Share of captions that are left empty, which guidance needs.") @Range(min = 0, max = 1)
        double captionDropout,
    @Doc("Training noise levels are the sigmoid of a normal with this mean.") @Default("0")
        double logitMean,
    @Doc("The standard deviation of that normal.") @Default("1") @Positive double logitStd)
    implements Pretraining {}
