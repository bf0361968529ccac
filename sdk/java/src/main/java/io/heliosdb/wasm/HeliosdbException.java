package io.heliosdb.wasm;

/** An error of the database, or one that a procedure raises with a code of its own. */
public class HeliosdbException extends RuntimeException {
  private final int code;
  private final String sqlstate;

  /** An error of a procedure. */
  public HeliosdbException(int code, String message) {
    this(code, message, null);
  }

  HeliosdbException(int code, String message, String sqlstate) {
    super(message);
    this.code = code;
    this.sqlstate = sqlstate;
  }

  /** What tells a procedure's own errors apart; 1 for errors of the database. */
  public int code() {
    return code;
  }

  /** Five characters such as 42P01 where the database raised the error, else null. */
  public String sqlstate() {
    return sqlstate;
  }
}
