/** The command line: one small class a command, each a thin layer over the library. */
package dev.meander.cli;
