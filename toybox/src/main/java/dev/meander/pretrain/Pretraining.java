package dev.meander.pretrain;

/** A whole pretraining as one value: what is made, and how. */
public sealed interface Pretraining permits PretrainConfig, PreferenceConfig {
  /** Seed, threads and the length of prompts. */
  Basics basics();
}
