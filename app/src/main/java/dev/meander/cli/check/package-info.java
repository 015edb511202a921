/** Everything that a run will need, tried before anything is sampled. Internal. */
package dev.meander.cli.check;
