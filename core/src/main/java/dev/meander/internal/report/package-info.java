/**
 * The report of a run: one HTML file that shows what a colleague wants to see.
 *
 * <p>{@link dev.meander.internal.report.Report} turns a run's folder (metrics, sample sheets,
 * recipe, provenance) into a page that needs no network; {@link
 * dev.meander.internal.report.ReportSink} keeps it fresh while the run goes on. Does not import the
 * tensor engine.
 */
package dev.meander.internal.report;
