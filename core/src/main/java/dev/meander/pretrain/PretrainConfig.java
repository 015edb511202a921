package dev.meander.pretrain;

import dev.meander.model.Sd3Config;
import dev.meander.model.VaeConfig;
import dev.meander.text.ClipConfig;

/**
 * A whole pretraining: the architecture of each part and how it is trained.
 *
 * @param seed of everything random
 * @param threads of the engine; 0 means all processors
 * @param shift of the sampling schedule that is written with the model
 * @param tokens a prompt's length
 * @param vae the autoencoder (its scaling and shift factors are measured after training)
 * @param textEncoder CLIP's smaller encoder; vocabulary and ids are filled in
 * @param textEncoder2 CLIP's larger encoder
 * @param transformer the flow model
 * @param vaeStage how the autoencoder is trained
 * @param klWeight of the posterior's divergence from a standard normal
 * @param flowStage how text encoders and transformer are trained, together
 * @param examples distinct pictures that the flow model sees
 * @param textShare the share of signs among them
 * @param captionDropout the share of empty captions, which guidance needs
 * @param logitMean mean of the normal whose sigmoid is the training noise level
 * @param logitStd its standard deviation
 */
public record PretrainConfig(
    long seed,
    int threads,
    double shift,
    int tokens,
    VaeConfig vae,
    ClipConfig textEncoder,
    ClipConfig textEncoder2,
    Sd3Config transformer,
    StageConfig vaeStage,
    double klWeight,
    StageConfig flowStage,
    int examples,
    double textShare,
    double captionDropout,
    double logitMean,
    double logitStd) {}
