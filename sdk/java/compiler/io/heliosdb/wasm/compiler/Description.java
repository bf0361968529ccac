package io.heliosdb.wasm.compiler;

import java.util.List;
import java.util.stream.Collectors;

/** What the module declares, as JSON. */
final class Description {
  private Description() {}

  static String json(List<Procedure> procedures) {
    return list(
        procedures.stream()
            .map(
                each ->
                    "{\"name\":" + text(each.name()) + ",\"comment\":" + text(each.comment())
                        + ",\"parameters\":" + list(each.parameters().stream()
                            .map(Description::parameter).toList())
                        + ",\"returns\":" + text(each.returnType()) + "}")
            .toList());
  }

  private static String parameter(Procedure.Declared parameter) {
    return "{\"name\":" + text(parameter.name()) + ",\"type\":" + text(parameter.type())
        + ",\"nullable\":" + parameter.isNullable() + "}";
  }

  private static String list(List<String> items) {
    return items.stream().collect(Collectors.joining(",", "[", "]"));
  }

  private static String text(String text) {
    if (text == null) return "null";
    StringBuilder quoted = new StringBuilder("\"");
    for (char each : text.toCharArray()) {
      if (each == '"' || each == '\\') quoted.append('\\').append(each);
      else if (each < ' ' || each > '~') quoted.append(String.format("\\u%04x", (int) each));
      else quoted.append(each);
    }
    return quoted.append('"').toString();
  }
}
