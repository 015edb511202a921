/** How fast this machine computes what training does. Internal. */
package dev.meander.cli.bench;
