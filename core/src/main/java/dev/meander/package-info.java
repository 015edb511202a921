/**
 * The face of the library: a model that draws ({@link dev.meander.TextToImage}) and a run that
 * trains it.
 */
package dev.meander;
