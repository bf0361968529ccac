package io.heliosdb.wasm;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** Rows of a query that are fetched as they are asked for; it ends with its call at the latest. */
public final class Cursor implements Iterable<Row>, AutoCloseable {
  private final int number;
  private boolean isOpen = true;

  private Cursor(int number) {
    this.number = number;
  }

  static Cursor open(String sql, Object[] parameters) {
    return new Cursor(Host.openCursor(sql, parameters));
  }

  /** The next rows, at most {@code rowsMax}; empty after the last one. */
  public Rows next(int rowsMax) {
    return Host.nextRows(number, rowsMax);
  }

  @Override
  public void close() {
    if (!isOpen) return;
    isOpen = false;
    Host.closeCursor(number);
  }

  /** The rows that were not fetched yet, once. */
  @Override
  public Iterator<Row> iterator() {
    return new Iterator<>() {
      private Iterator<Row> batch = Cursor.this.next(0).iterator();
      private boolean isAtEnd;

      @Override
      public boolean hasNext() {
        while (!batch.hasNext() && !isAtEnd) {
          Rows rows = Cursor.this.next(0);
          isAtEnd = rows.isEmpty();
          batch = rows.iterator();
        }
        return batch.hasNext();
      }

      @Override
      public Row next() {
        if (!hasNext()) throw new NoSuchElementException();
        return batch.next();
      }
    };
  }
}
