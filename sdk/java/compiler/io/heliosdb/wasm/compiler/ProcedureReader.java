package io.heliosdb.wasm.compiler;

import io.heliosdb.wasm.HeliosdbProcedure;
import io.heliosdb.wasm.SqlType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the procedures among compiled classes. */
final class ProcedureReader {
  private final ClassLoader loader;
  private final Nullability nullability;
  private final String source;
  private final Bindings bindings = new Bindings();

  ProcedureReader(ClassLoader loader, Nullability nullability, String source) {
    this.loader = loader;
    this.nullability = nullability;
    this.source = source;
  }

  /** In the order of the source. */
  List<Procedure> read(Path classes) throws Exception {
    List<String> names;
    try (Stream<Path> files = Files.walk(classes)) {
      names =
          files
              .map(file -> classes.relativize(file).toString().replace('\\', '/'))
              .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF"))
              .filter(name -> !name.startsWith("io/heliosdb/wasm/"))
              .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
              .sorted()
              .toList();
    }
    List<Procedure> procedures = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (String name : names) {
      for (Method method : Class.forName(name, false, loader).getDeclaredMethods()) {
        HeliosdbProcedure mark = method.getAnnotation(HeliosdbProcedure.class);
        if (mark == null) continue;
        Procedure procedure = procedureOf(method, mark);
        if (!known.add(procedure.name().toLowerCase())) {
          throw new SourceException(procedure.name() + " is defined twice");
        }
        procedures.add(procedure);
      }
    }
    procedures.sort(Comparator.comparingInt(each -> placeOf(each.method().getName())));
    return procedures;
  }

  Bindings bindings() {
    return bindings;
  }

  private Procedure procedureOf(Method method, HeliosdbProcedure mark) {
    String own = method.getName();
    if (!Modifier.isStatic(method.getModifiers()) || Modifier.isPrivate(method.getModifiers())) {
      throw new SourceException(own + ": a procedure is a static method that is not private");
    }
    String name = mark.value().isEmpty() ? own : mark.value();
    if (!name.matches("[A-Za-z][A-Za-z0-9_]*") || name.startsWith("heliosdb_")) {
      throw new SourceException(name + " cannot be a procedure's name");
    }
    List<Procedure.Declared> parameters = new ArrayList<>();
    Type[] types = method.getGenericParameterTypes();
    for (int index = 0; index < types.length; index++) {
      Parameter parameter = method.getParameters()[index];
      String place = own + ", parameter " + parameter.getName();
      Binding binding = bindings.of(types[index], place);
      SqlType named = parameter.getAnnotation(SqlType.class);
      String type = named == null ? binding.sql() : named.value();
      // A document arrives as the text it is.
      if (type != null && type.equals("JSON") && named == null) type = null;
      boolean isNullable = !binding.isPrimitive() && nullability.isNullable(method, index);
      parameters.add(new Procedure.Declared(parameter.getName(), type, isNullable, binding));
    }
    Class<?> result = method.getReturnType();
    boolean isNothing = result == void.class || result == Void.class;
    Binding returns =
        isNothing ? null : bindings.of(method.getGenericReturnType(), own + ", result");
    SqlType named = method.getAnnotation(SqlType.class);
    String type = named != null ? named.value() : returns == null ? null : jsonFor(returns);
    return new Procedure(name, commentOf(own), method, parameters, returns, type);
  }

  private static String jsonFor(Binding returns) {
    return returns.sql() == null ? "JSON" : returns.sql();
  }

  private int placeOf(String method) {
    Matcher found = Pattern.compile("\\b" + Pattern.quote(method) + "\\s*\\(").matcher(source);
    return found.find() ? found.start() : Integer.MAX_VALUE;
  }

  /** The first paragraph of the documentation above a method. */
  private String commentOf(String method) {
    String between = "(?:(?!\\*/|/\\*|[;{}]).)*?";
    Pattern pattern =
        Pattern.compile(
            "/\\*\\*((?:(?!\\*/).)*)\\*/" + between + "@HeliosdbProcedure" + between + "\\b"
                + Pattern.quote(method) + "\\s*\\(",
            Pattern.DOTALL);
    Matcher found = pattern.matcher(source);
    if (!found.find()) return null;
    StringBuilder text = new StringBuilder();
    for (String line : found.group(1).split("\n")) {
      String words = line.replaceFirst("^\\s*\\*?", "").strip();
      if (words.startsWith("@") || words.isEmpty() && !text.isEmpty()) break;
      if (!text.isEmpty()) text.append(' ');
      text.append(words);
    }
    String comment = text.toString().strip();
    return comment.isEmpty() ? null : comment.replaceFirst("\\.$", "");
  }
}
