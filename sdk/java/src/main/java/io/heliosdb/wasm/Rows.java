package io.heliosdb.wasm;

import java.util.AbstractList;
import java.util.List;

/** The rows of a query, with what is known of its columns. */
public final class Rows extends AbstractList<Row> {
  /** A column of a result; the type is DuckDB's own name. */
  public record Column(String name, String type) {}

  private final List<Column> columns;
  private final List<Row> rows;

  Rows(List<Column> columns, List<Row> rows) {
    this.columns = columns;
    this.rows = rows;
  }

  public List<Column> columns() {
    return columns;
  }

  /** The first row, or null where there is none. */
  public Row first() {
    return rows.isEmpty() ? null : rows.get(0);
  }

  @Override
  public Row get(int index) {
    return rows.get(index);
  }

  @Override
  public int size() {
    return rows.size();
  }
}
