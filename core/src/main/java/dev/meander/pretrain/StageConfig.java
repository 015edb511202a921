package dev.meander.pretrain;

/**
 * How one stage of pretraining optimises.
 *
 * @param steps optimizer updates
 * @param batchSize examples an update
 * @param learningRate its peak
 * @param warmUp updates of linear warm-up
 * @param decay updates over which it falls to 0 at the end
 * @param emaDecay of the averaged weights, which are what the stage hands on
 */
public record StageConfig(
    int steps, int batchSize, double learningRate, int warmUp, int decay, double emaDecay) {}
