package dev.meander.cli.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What is told of several things of a kind: to people as a table, to programs as JSON. A number
 * that is NaN is not there: {@code -}, or null.
 *
 * @param <T> the kind
 */
public final class Columns<T> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Column<T>> columns = new ArrayList<>();

  /** Without a head it is for programs alone, without a key for people. */
  private record Column<T>(
      String head, String key, Function<T, ?> value, Function<Object, String> text) {}

  /**
   * Adds one.
   *
   * @param head the heading in the table
   * @param key the key in JSON
   * @param format how the table shows the value
   */
  public Columns<T> add(String head, String key, String format, Function<T, ?> value) {
    columns.add(new Column<>(head, key, value, v -> String.format(Locale.ROOT, format, v)));
    return this;
  }

  /** Adds a share, of which the table shows percents. */
  public Columns<T> share(String head, String key, int places, Function<T, Double> value) {
    String format = "%." + places + "f%%";
    columns.add(
        new Column<>(head, key, value, v -> String.format(Locale.ROOT, format, 100 * (double) v)));
    return this;
  }

  /** Adds one that only people see. */
  public Columns<T> shown(String head, String format, Function<T, ?> value) {
    return add(head, null, format, value);
  }

  /** Adds one that only programs see. */
  public Columns<T> hidden(String key, Function<T, ?> value) {
    return add(null, key, "%s", value);
  }

  /** The table with a row for each. */
  public Table table(List<? extends T> things) {
    List<List<String>> rows = cells(things);
    Table table = new Table(rows.get(0).toArray(String[]::new));
    rows.subList(1, rows.size()).forEach(row -> table.row(row.toArray(String[]::new)));
    return table;
  }

  /** The cells of the table, its heads first. */
  public List<List<String>> cells(List<? extends T> things) {
    List<List<String>> rows = new ArrayList<>(List.of(cells(Column::head)));
    things.forEach(thing -> rows.add(cells(c -> cell(c, thing))));
    return rows;
  }

  private List<String> cells(Function<Column<T>, String> cell) {
    return columns.stream().filter(c -> c.head() != null).map(cell).toList();
  }

  private static <T> String cell(Column<T> column, T thing) {
    Object value = column.value().apply(thing);
    return isMissing(value) ? "-" : column.text().apply(value);
  }

  /** An array with an object for each. */
  public ArrayNode json(List<? extends T> things) {
    ArrayNode all = JSON.createArrayNode();
    things.forEach(thing -> all.add(json(thing)));
    return all;
  }

  /** The object of one. */
  public ObjectNode json(T thing) {
    ObjectNode node = JSON.createObjectNode();
    for (Column<T> column : columns) {
      if (column.key() != null) {
        Object value = column.value().apply(thing);
        node.set(column.key(), JSON.valueToTree(isMissing(value) ? null : value));
      }
    }
    return node;
  }

  private static boolean isMissing(Object value) {
    return value instanceof Double d && d.isNaN();
  }
}
