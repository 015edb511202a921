/** The command line: one small class a command, each a thin layer over the library. Internal. */
package dev.meander.cli;
