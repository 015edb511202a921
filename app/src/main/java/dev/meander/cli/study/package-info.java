/**
 * Questions that several trainings answer: their file, their cost, their statistics, their page.
 */
package dev.meander.cli.study;
