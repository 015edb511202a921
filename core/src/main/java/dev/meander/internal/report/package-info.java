/**
 * Pages that stand alone: what a colleague wants to see of runs, in one file that needs no network.
 *
 * <p>Their views are scripts beside these classes ({@link dev.meander.internal.report.PageFiles}),
 * which the dashboard serves, too. {@link dev.meander.internal.report.ReportSink} keeps a run's
 * report fresh while the run goes on. Does not import the tensor engine.
 */
package dev.meander.internal.report;
