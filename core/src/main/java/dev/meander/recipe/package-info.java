/** Complete runs by name: finds, parses and validates them. */
package dev.meander.recipe;
