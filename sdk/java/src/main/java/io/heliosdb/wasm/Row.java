package io.heliosdb.wasm;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A row of a result: values by column name, in the order of the columns. The typed getters convert
 * where nothing is lost, and return null for NULL.
 */
public final class Row extends LinkedHashMap<String, Object> {
  Row(int columnCount) {
    super(columnCount * 2);
  }

  /** The value of a column; a name that the row has not is an error, unlike in a map. */
  public Object value(String column) {
    Object value = get(column);
    if (value != null || containsKey(column)) return value;
    throw new HeliosdbException(1, "there is no column " + column + " but " + keySet());
  }

  public Boolean getBoolean(String column) {
    return Values.booleanOf(value(column));
  }

  public Long getLong(String column) {
    return Values.longOf(value(column));
  }

  public Double getDouble(String column) {
    return Values.doubleOf(value(column));
  }

  public BigInteger getBigInteger(String column) {
    return Values.bigIntegerOf(value(column));
  }

  public BigDecimal getBigDecimal(String column) {
    return Values.bigDecimalOf(value(column));
  }

  public String getString(String column) {
    return Values.stringOf(value(column));
  }

  public byte[] getBytes(String column) {
    return Values.bytesOf(value(column));
  }

  public LocalDate getDate(String column) {
    return Values.dateOf(value(column));
  }

  public LocalTime getTime(String column) {
    return Values.timeOf(value(column));
  }

  public LocalDateTime getTimestamp(String column) {
    return Values.timestampOf(value(column));
  }

  public OffsetDateTime getTimestampTz(String column) {
    return Values.timestampTzOf(value(column));
  }

  public UUID getUuid(String column) {
    return Values.uuidOf(value(column));
  }

  /** The elements of a LIST or ARRAY. */
  public List<Object> getList(String column) {
    return Values.listOf(value(column), element -> element);
  }

  /** The fields of a STRUCT. */
  public Map<String, Object> getStruct(String column) {
    return Values.structOf(value(column));
  }
}
