package io.heliosdb.wasm.compiler;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles one source to a module: {@code Main SOURCE OUTPUT WORK}. What it declares goes to
 * standard output as JSON, what compilers say to standard error.
 */
public final class Main {
  private static final int RELEASE_MAX = 21;

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    Path source = Path.of(arguments[0]);
    Path output = Path.of(arguments[1]);
    Path work = Path.of(arguments[2]);
    try {
      System.out.println(compile(source, output, work));
    } catch (SourceException mistake) {
      System.err.println(mistake.getMessage());
      System.exit(1);
    }
    // Kotlin's compiler leaves threads behind.
    System.exit(0);
  }

  private static String compile(Path source, Path output, Path work) throws Exception {
    Path classes = Files.createDirectories(work.resolve("classes"));
    boolean isKotlin = source.toString().endsWith(".kt");
    Nullability nullability = new Nullability();
    if (isKotlin) nullability = compileKotlin(source, classes);
    else compileJava(List.of(source), source.toAbsolutePath().getParent(), classes);
    URL[] urls = {classes.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(urls, Main.class.getClassLoader())) {
      ProcedureReader reader = new ProcedureReader(loader, nullability, Files.readString(source));
      List<Procedure> procedures = reader.read(classes);
      if (!procedures.isEmpty()) {
        Glue glue = new Glue(procedures, reader.bindings());
        Path file = work.resolve(glue.simpleName() + ".java");
        Files.writeString(file, glue.source());
        compileJava(List.of(file), null, classes);
        Linker.link(glue.className(), loader, output);
      }
      return Description.json(procedures);
    }
  }

  /** Present only where Kotlin's compiler is. */
  private static Nullability compileKotlin(Path source, Path classes) throws Exception {
    KotlinCompiler compiler =
        (KotlinCompiler)
            Class.forName("io.heliosdb.wasm.compiler.KotlinSources")
                .getDeclaredConstructor()
                .newInstance();
    return compiler.compile(source, classes);
  }

  private static void compileJava(List<Path> sources, Path sourcePath, Path classes)
      throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    int release = Math.min(RELEASE_MAX, Runtime.version().feature());
    List<String> options = new ArrayList<>();
    options.addAll(List.of("--release", String.valueOf(release), "-parameters", "-g"));
    options.addAll(List.of("-proc:none", "-encoding", "UTF-8", "-d", classes.toString()));
    String classPath = System.getProperty("java.class.path") + File.pathSeparator + classes;
    options.addAll(List.of("-cp", classPath));
    if (sourcePath != null) options.addAll(List.of("-sourcepath", sourcePath.toString()));
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      boolean isGood =
          compiler
              .getTask(
                  new java.io.PrintWriter(System.err, true),
                  files,
                  null,
                  options,
                  null,
                  files.getJavaFileObjectsFromPaths(sources))
              .call();
      if (!isGood) System.exit(1);
    }
  }
}
