/** Text for people on a terminal. Internal. */
package dev.meander.cli.text;
