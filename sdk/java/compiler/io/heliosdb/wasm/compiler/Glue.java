package io.heliosdb.wasm.compiler;

import java.util.List;
import java.util.stream.Collectors;

/** The exports that the host calls, as Java. */
final class Glue {
  private static final String NAME = "HeliosdbProcedures";

  private final List<Procedure> procedures;
  private final Bindings bindings;
  private final String packageName;

  Glue(List<Procedure> procedures, Bindings bindings) {
    this.procedures = procedures;
    this.bindings = bindings;
    // What lies in the package without a name cannot be reached from any other.
    this.packageName =
        procedures.stream()
            .map(each -> each.method().getDeclaringClass().getPackageName())
            .min(String::compareTo)
            .orElse("");
  }

  String simpleName() {
    return NAME;
  }

  String className() {
    return packageName.isEmpty() ? NAME : packageName + "." + NAME;
  }

  String source() {
    String head = packageName.isEmpty() ? "" : "package " + packageName + ";\n\n";
    String exports = procedures.stream().map(Glue::export).collect(Collectors.joining("\n"));
    return head
        + "import io.heliosdb.wasm.Invocation;\n"
        + "import io.heliosdb.wasm.Values;\n"
        + "import java.util.Map;\n"
        + "import org.teavm.interop.Export;\n\n"
        + "public final class " + NAME + " {\n"
        + "  public static void main(String[] arguments) {}\n\n"
        + "  @Export(name = \"heliosdb_abi_version\")\n"
        + "  public static int abiVersion() { return Invocation.ABI_VERSION; }\n\n"
        + "  @Export(name = \"heliosdb_value_format\")\n"
        + "  public static int valueFormat() { return Invocation.VALUE_FORMAT; }\n\n"
        + exports
        + String.join("\n", bindings.helpers())
        + "}\n";
  }

  private static String export(Procedure procedure) {
    StringBuilder arguments = new StringBuilder();
    for (int index = 0; index < procedure.parameters().size(); index++) {
      Procedure.Declared parameter = procedure.parameters().get(index);
      if (index > 0) arguments.append(", ");
      String read = parameter.binding().read().apply("v");
      if (!parameter.isNullable() && !parameter.binding().isPrimitive()) {
        read = "Values.present(" + read + ", \"a value\")";
      }
      arguments
          .append("Invocation.parameter(").append(index).append(", \"")
          .append(parameter.name()).append("\", v -> ").append(read).append(')');
    }
    String owner = procedure.method().getDeclaringClass().getCanonicalName();
    String call = owner + "." + procedure.method().getName() + "(" + arguments + ")";
    String body =
        procedure.returns() == null
            ? "{ " + call + "; return null; }"
            : procedure.returns().write().apply(call);
    return "  @Export(name = \"" + procedure.name() + "\")\n"
        + "  public static int heliosdb_" + procedure.name() + "() {\n"
        + "    return Invocation.run(() -> " + body + ");\n"
        + "  }\n\n";
  }
}
