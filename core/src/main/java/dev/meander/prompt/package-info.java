/**
 * What to make images of: prompt sets, and the groups that are drawn from them.
 *
 * <p>A group is G images of one prompt whose rewards are compared with each other; it is known by
 * its id and never by its prompt's text.
 */
package dev.meander.prompt;
