/**
 * What runs leave in their folders, read also while they grow: each line of a metrics file once, in
 * bounded memory.
 *
 * <p>{@link dev.meander.internal.runs.RunIndex} watches all runs of a folder and tells what
 * changed; {@link dev.meander.internal.runs.RunSnapshot} is one run as it is now.
 */
package dev.meander.internal.runs;
