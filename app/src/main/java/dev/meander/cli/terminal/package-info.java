/**
 * A run as people see it on a terminal: a live line, plain lines elsewhere, a table at the end.
 *
 * <p>Internal.
 */
package dev.meander.cli.terminal;
