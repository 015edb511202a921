/** Shapes of published models, for what is asked before they are downloaded. Internal. */
package dev.meander.cli.published;
