package dev.meander.pretrain;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;

/** What every pretraining settles first. */
public record Basics(
    @Doc("Seed of everything random: images or pairs, initial weights, noise.") long seed,
    @Doc(
            "Threads of the tensor engine; 0 means all processors. The same bits need the same number.")
        @Default("0")
        @Range(min = 0, max = 1024)
        int threads,
    @Doc(
            "Parts that each batch is split into and that are computed at once, sharing the threads; 0 means"
                + " one for every thread. A preference model tells captions apart within a part.")
        @Default("0")
        @Range(min = 0, max = 1024)
        int workers,
    @Doc("Tokens of a prompt; longer ones are cut.") @Range(min = 3) int tokens) {}
