package dev.meander.internal.report;

import java.util.List;

/**
 * What a chart shows.
 *
 * @param hint one sentence on how to read it
 * @param logarithmic whether its values span powers of ten
 * @param lines its curves; empty ones are left out when it is drawn
 * @param references level lines to compare with
 */
record Chart(
    String title, String hint, boolean logarithmic, List<Line> lines, List<Reference> references) {
  record Reference(String name, double value) {}

  static Chart linear(String title, String hint, Line... lines) {
    return new Chart(title, hint, false, List.of(lines), List.of());
  }

  static Chart logarithmic(String title, String hint, Line... lines) {
    return new Chart(title, hint, true, List.of(lines), List.of());
  }

  Chart with(Reference reference) {
    return new Chart(title, hint, logarithmic, lines, List.of(reference));
  }
}
