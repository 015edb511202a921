/** Images from prompts: the one way along the ODE, and what a run trained put into a model. */
package dev.meander.generate;
