package io.heliosdb.wasm;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.teavm.interop.Address;
import org.teavm.interop.Import;

/**
 * Calls of the host. An address of a Java array holds until the next allocation, so each is taken
 * in the expression that calls the host.
 */
final class Host {
  private static final String MODULE = "heliosdb";
  private static final byte[] NOTHING = {};

  /** Kept between calls: most answers fit. */
  private static final byte[] SHARED = new byte[64 << 10];
  private static final int[] SIZE = new int[1];

  private static byte[] answer = SHARED;

  private Host() {}

  @Import(module = MODULE, name = "heliosdb_get_param")
  private static native int getParam(int index, Address value, Address size);

  @Import(module = MODULE, name = "heliosdb_query_params")
  private static native int queryParams(
      Address sql, int sqlLength, Address params, int paramsLength, Address result, Address size);

  @Import(module = MODULE, name = "heliosdb_fetch_result")
  private static native int fetchResult(Address result, Address size);

  @Import(module = MODULE, name = "heliosdb_cursor_open")
  private static native int cursorOpen(
      Address sql, int sqlLength, Address params, int paramsLength, Address cursor);

  @Import(module = MODULE, name = "heliosdb_cursor_next")
  private static native int cursorNext(int cursor, int rowsMax, Address result, Address size);

  @Import(module = MODULE, name = "heliosdb_cursor_close")
  private static native int cursorClose(int cursor);

  @Import(module = MODULE, name = "heliosdb_return")
  private static native int giveBack(Address value, int length, int type);

  @Import(module = MODULE, name = "heliosdb_log")
  private static native int log(int level, Address message, int length);

  @Import(module = MODULE, name = "heliosdb_begin_tx")
  private static native int begin();

  @Import(module = MODULE, name = "heliosdb_commit_tx")
  private static native int commit();

  @Import(module = MODULE, name = "heliosdb_rollback_tx")
  private static native int rollback();

  @Import(module = MODULE, name = "heliosdb_now")
  static native long now();

  @Import(module = MODULE, name = "heliosdb_error")
  private static native void error(int code, Address message, int length);

  @Import(module = MODULE, name = "heliosdb_error_stack")
  private static native void error(int code, Address message, int length, Address stack, int stackLength);

  @Import(module = MODULE, name = "heliosdb_last_error")
  private static native int lastError(Address error, Address size);

  @Import(module = MODULE, name = "heliosdb_metric_count")
  private static native int metricCount(Address name, int length, long amount);

  @Import(module = MODULE, name = "heliosdb_metric_observe")
  private static native int metricObserve(Address name, int length, double value);

  @Import(module = MODULE, name = "heliosdb_fetch")
  private static native int fetch(Address request, int length, Address response, Address size);

  static Object parameter(int index) {
    prepare(SHARED);
    int status = getParam(index, Address.ofData(answer), Address.ofData(SIZE));
    if (status == Contract.STATUS_BUFFER_TOO_SMALL) {
      prepare(new byte[SIZE[0]]);
      status = getParam(index, Address.ofData(answer), Address.ofData(SIZE));
    }
    check(status);
    return Decoder.decode(answer, SIZE[0]);
  }

  static Rows query(String sql, Object[] parameters) {
    byte[] text = utf8(sql);
    Encoder values = Encoder.parameters(parameters);
    prepare(SHARED);
    int status =
        queryParams(
            Address.ofData(text),
            text.length,
            Address.ofData(values.buffer()),
            values.length(),
            Address.ofData(answer),
            Address.ofData(SIZE));
    if (status == Contract.STATUS_BUFFER_TOO_SMALL) {
      prepare(new byte[SIZE[0]]);
      status = fetchResult(Address.ofData(answer), Address.ofData(SIZE));
    }
    check(status);
    return Decoder.rows(answer, SIZE[0]);
  }

  static FetchResponse fetch(FetchRequest request) {
    Encoder fields = Encoder.of(request.fields());
    prepare(SHARED);
    int status =
        fetch(
            Address.ofData(fields.buffer()),
            fields.length(),
            Address.ofData(answer),
            Address.ofData(SIZE));
    if (status == Contract.STATUS_BUFFER_TOO_SMALL) {
      prepare(new byte[SIZE[0]]);
      status = fetchResult(Address.ofData(answer), Address.ofData(SIZE));
    }
    check(status);
    return FetchResponse.of((Map<?, ?>) Decoder.decode(answer, SIZE[0]));
  }

  static int openCursor(String sql, Object[] parameters) {
    byte[] text = utf8(sql);
    Encoder values = Encoder.parameters(parameters);
    check(
        cursorOpen(
            Address.ofData(text),
            text.length,
            Address.ofData(values.buffer()),
            values.length(),
            Address.ofData(SIZE)));
    return SIZE[0];
  }

  static Rows nextRows(int cursor, int rowsMax) {
    prepare(SHARED);
    int status = cursorNext(cursor, rowsMax, Address.ofData(answer), Address.ofData(SIZE));
    if (status == Contract.STATUS_BUFFER_TOO_SMALL) {
      prepare(new byte[SIZE[0]]);
      status = cursorNext(cursor, rowsMax, Address.ofData(answer), Address.ofData(SIZE));
    }
    if (status == Contract.STATUS_END) return new Rows(List.of(), List.of());
    check(status);
    return Decoder.rows(answer, SIZE[0]);
  }

  static void closeCursor(int cursor) {
    check(cursorClose(cursor));
  }

  /** Sets the result, in the plainest form its type has. */
  static void give(Object value) {
    if (value == null) {
      check(giveBack(Address.ofData(NOTHING), 0, Contract.TYPE_SQLNULL));
    } else if (value instanceof Boolean flag) {
      SIZE[0] = flag ? 1 : 0;
      check(giveBack(Address.ofData(SIZE), 1, Contract.TYPE_BOOLEAN));
    } else if (value instanceof Long || value instanceof Integer || value instanceof Short
        || value instanceof Byte) {
      long[] number = {((Number) value).longValue()};
      check(giveBack(Address.ofData(number), 8, Contract.TYPE_BIGINT));
    } else if (value instanceof Double || value instanceof Float) {
      double[] number = {((Number) value).doubleValue()};
      check(giveBack(Address.ofData(number), 8, Contract.TYPE_DOUBLE));
    } else if (value instanceof String text) {
      byte[] bytes = utf8(text);
      check(giveBack(Address.ofData(bytes), bytes.length, Contract.TYPE_VARCHAR));
    } else {
      Encoder out = Encoder.of(value);
      check(giveBack(Address.ofData(out.buffer()), out.length(), Contract.TYPE_MESSAGE_PACK));
    }
  }

  static void log(int level, String message) {
    byte[] text = utf8(message);
    check(log(level, Address.ofData(text), text.length));
  }

  /** Ends the call; the host does not return from it. */
  static void fail(int code, String message, String stack) {
    byte[] text = utf8(message);
    if (stack.isEmpty()) error(code, Address.ofData(text), text.length);
    byte[] frames = utf8(stack);
    error(code, Address.ofData(text), text.length, Address.ofData(frames), frames.length);
  }

  static void beginTx() {
    check(begin());
  }

  static void commitTx() {
    check(commit());
  }

  static void rollbackTx() {
    check(rollback());
  }

  static void metricCount(String name, long amount) {
    byte[] text = utf8(name);
    check(metricCount(Address.ofData(text), text.length, amount));
  }

  static void metricObserve(String name, double value) {
    byte[] text = utf8(name);
    check(metricObserve(Address.ofData(text), text.length, value));
  }

  private static void prepare(byte[] buffer) {
    answer = buffer;
    SIZE[0] = buffer.length;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Raises what a status says, with the database's own words. */
  static void check(int status) {
    if (status == Contract.STATUS_OK) return;
    if (status != Contract.STATUS_ERROR) {
      throw new HeliosdbException(1, "unexpected status " + status + " from the database");
    }
    prepare(SHARED);
    int told = lastError(Address.ofData(answer), Address.ofData(SIZE));
    if (told == Contract.STATUS_OK && Decoder.decode(answer, SIZE[0]) instanceof Map<?, ?> error) {
      String message = (String) error.get("message");
      throw new HeliosdbException(1, message, (String) error.get("sqlstate"));
    }
    throw new HeliosdbException(1, "the database reported an error without details");
  }
}
