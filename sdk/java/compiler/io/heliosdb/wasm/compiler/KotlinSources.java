package io.heliosdb.wasm.compiler;

import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kotlin.reflect.KFunction;
import kotlin.reflect.KParameter;
import kotlin.reflect.jvm.ReflectJvmMapping;
import org.jetbrains.kotlin.cli.common.ExitCode;
import org.jetbrains.kotlin.cli.jvm.K2JVMCompiler;

/** Kotlin's compiler. As a program it compiles the SDK's own sources: {@code CLASSES SOURCE…}. */
final class KotlinSources implements KotlinCompiler {
  KotlinSources() {}

  public static void main(String[] arguments) {
    List<String> sources = List.of(arguments).subList(1, arguments.length);
    System.exit(run(Path.of(arguments[0]), sources) ? 0 : 1);
  }

  @Override
  public Nullability compile(Path source, Path classes) {
    if (!run(classes, List.of(source.toString()))) System.exit(1);
    return new KotlinNullability();
  }

  private static boolean run(Path classes, List<String> sources) {
    List<String> options = new ArrayList<>();
    options.addAll(List.of("-no-stdlib", "-no-reflect", "-java-parameters", "-jvm-target", "17"));
    options.addAll(List.of("-cp", System.getProperty("java.class.path"), "-d", classes.toString()));
    options.addAll(sources);
    ExitCode code =
        new K2JVMCompiler().exec(new PrintStream(System.err), options.toArray(new String[0]));
    return code == ExitCode.OK;
  }

  private static final class KotlinNullability extends Nullability {
    @Override
    boolean isNullable(Method method, int index) {
      KFunction<?> function = ReflectJvmMapping.getKotlinFunction(method);
      if (function == null) return super.isNullable(method, index);
      return function.getParameters().stream()
          .filter(each -> each.getKind() == KParameter.Kind.VALUE)
          .skip(index)
          .findFirst()
          .map(each -> each.getType().isMarkedNullable())
          .orElse(false);
    }
  }
}
