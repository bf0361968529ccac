package io.heliosdb.wasm;

import java.util.function.Function;

/** Runs calls of procedures. Generated code calls it. */
public final class Invocation {
  /** The contract that the SDK was written for, and how values travel. */
  public static final int ABI_VERSION = Contract.ABI_VERSION;

  public static final int VALUE_FORMAT = Contract.VALUE_FORMAT_MESSAGE_PACK;

  private static final int FRAMES_MAX = 30;

  /** A call; procedures may throw what they declare. */
  public interface Body {
    Object run() throws Throwable;
  }

  private Invocation() {}

  /** Runs one call, gives its result to the database, and reports what it throws. */
  public static int run(Body body) {
    try {
      Host.give(body.run());
      return 0;
    } catch (Throwable thrown) {
      report(thrown);
      return 1;
    }
  }

  /** A parameter, converted; a mistake is told with its name. */
  public static <T> T parameter(int index, String name, Function<Object, T> convert) {
    try {
      return convert.apply(Host.parameter(index));
    } catch (HeliosdbException mistake) {
      throw new HeliosdbException(1, "parameter " + name + ": " + mistake.getMessage());
    }
  }

  private static void report(Throwable thrown) {
    int code = thrown instanceof HeliosdbException error ? error.code() : 1;
    StringBuilder stack = new StringBuilder();
    addFrames(stack, thrown);
    Throwable cause = thrown.getCause();
    if (cause != null && cause != thrown) {
      addFrames(stack.append("caused by ").append(wordsOf(cause)).append('\n'), cause);
    }
    Host.fail(code, wordsOf(thrown), stack.toString());
  }

  /**
   * An error of a procedure's own says what it says, any other its name too. An exception that the
   * runtime itself makes may be of a class without a name.
   */
  private static String wordsOf(Throwable thrown) {
    if (thrown instanceof HeliosdbException error && error.sqlstate() == null) {
      return String.valueOf(error.getMessage());
    }
    if (thrown.getClass().getName() != null) return thrown.toString();
    boolean isIndex = thrown instanceof ArrayIndexOutOfBoundsException;
    return isIndex ? "java.lang.ArrayIndexOutOfBoundsException" : "an exception of the runtime";
  }

  /**
   * The stack without the frames of this package and of the class library, constructors of
   * exceptions among them.
   */
  private static void addFrames(StringBuilder text, Throwable thrown) {
    int count = 0;
    for (StackTraceElement frame : thrown.getStackTrace()) {
      String name = frame.getClassName();
      if (name == null || name.startsWith("io.heliosdb.wasm.")) continue;
      if (name.startsWith("java.") || name.startsWith("kotlin.")) continue;
      if (name.contains("HeliosdbProcedures")) continue;
      if (++count > FRAMES_MAX) break;
      text.append("at ").append(name).append('.').append(frame.getMethodName());
      if (frame.getFileName() != null) {
        text.append(" (").append(frame.getFileName()).append(':');
        text.append(frame.getLineNumber()).append(')');
      }
      text.append('\n');
    }
  }
}
