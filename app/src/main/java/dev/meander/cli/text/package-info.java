/** Text for people on a terminal. */
package dev.meander.cli.text;
