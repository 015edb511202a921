/**
 * Questions that several trainings answer: their file, their cost, their statistics, their page.
 *
 * <p>Internal.
 */
package dev.meander.cli.study;
