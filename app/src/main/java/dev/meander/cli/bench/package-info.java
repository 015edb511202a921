/** How fast this machine computes what training does. */
package dev.meander.cli.bench;
