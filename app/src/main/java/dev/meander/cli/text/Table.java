package dev.meander.cli.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Plain text in aligned columns; numbers are aligned to the right. */
public final class Table {
  private static final String GAP = "  ";

  private final List<String[]> rows = new ArrayList<>();

  public Table(String... head) {
    row(head);
  }

  public Table row(String... cells) {
    rows.add(cells);
    return this;
  }

  /** The lines, without spaces at their ends. */
  public List<String> lines() {
    int[] widths = new int[rows.get(0).length];
    boolean[] numbers = new boolean[widths.length];
    Arrays.fill(numbers, rows.size() > 1);
    for (int r = 0; r < rows.size(); r++) {
      for (int c = 0; c < widths.length; c++) {
        String cell = rows.get(r)[c];
        widths[c] = Math.max(widths[c], cell.length());
        numbers[c] &= r == 0 || cell.isEmpty() || cell.matches("-?[0-9][0-9.,]*%?|-");
      }
    }
    return rows.stream().map(row -> line(row, widths, numbers)).toList();
  }

  private static String line(String[] row, int[] widths, boolean[] numbers) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String space = " ".repeat(widths[c] - row[c].length());
      line.append(c == 0 ? "" : GAP).append(numbers[c] ? space + row[c] : row[c] + space);
    }
    return line.toString().stripTrailing();
  }
}
