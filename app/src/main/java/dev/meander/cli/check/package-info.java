/** Everything that a run will need, tried before anything is sampled. */
package dev.meander.cli.check;
