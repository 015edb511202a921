/** Shapes of published models, for what is asked before they are downloaded. */
package dev.meander.cli.published;
