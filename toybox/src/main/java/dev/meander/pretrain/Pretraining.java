package dev.meander.pretrain;

/** A whole pretraining as one value: what is made, and how. */
public sealed interface Pretraining permits PretrainConfig, PreferenceConfig {
  /** Threads of the engine; 0 means all processors. */
  int threads();

  /** Parts of a batch that are computed at once; 0 means one for every thread. */
  int workers();
}
