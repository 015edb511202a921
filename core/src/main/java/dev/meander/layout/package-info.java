/** Plans, and the tree of a rollout that a plan makes, as numbers. Internal. */
package dev.meander.layout;
