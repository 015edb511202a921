/**
 * What lies on the disk: models, adapters, runs, checkpoints and tensor files, told in short.
 *
 * <p>Internal.
 */
package dev.meander.cli.inspect;
