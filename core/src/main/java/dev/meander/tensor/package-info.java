/**
 * The thin layer over the tensor engine: native lifetimes, threads, seeded noise, and conversions
 * to and from Java arrays.
 */
package dev.meander.tensor;
