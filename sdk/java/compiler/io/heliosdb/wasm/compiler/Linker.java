package io.heliosdb.wasm.compiler;

import java.nio.file.Path;
import org.teavm.tooling.EmptyTeaVMToolLog;
import org.teavm.tooling.TeaVMProblemRenderer;
import org.teavm.tooling.TeaVMTargetType;
import org.teavm.tooling.TeaVMTool;
import org.teavm.vm.TeaVMOptimizationLevel;

/** Turns classes into a module with TeaVM. */
final class Linker {
  private static final int HEAP_BYTES_MIN = 1 << 20;
  /** The engine's own limit is lower; this one sizes tables of the collector. */
  private static final int HEAP_BYTES_MAX = 256 << 20;

  private Linker() {}

  static void link(String mainClass, ClassLoader classes, Path output) throws Exception {
    TeaVMTool tool = new TeaVMTool();
    tool.setTargetType(TeaVMTargetType.WEBASSEMBLY_WASI);
    tool.setMainClass(mainClass);
    tool.setTargetDirectory(output.toAbsolutePath().getParent().toFile());
    tool.setTargetFileName(output.getFileName().toString());
    tool.setClassLoader(classes);
    tool.setLog(new EmptyTeaVMToolLog());
    tool.setObfuscated(false);
    // More would inline procedures into the glue, and stacks would not name them.
    tool.setOptimizationLevel(TeaVMOptimizationLevel.SIMPLE);
    tool.setMinHeapSize(HEAP_BYTES_MIN);
    tool.setMaxHeapSize(HEAP_BYTES_MAX);
    tool.generate();
    if (tool.getProblemProvider().getSevereProblems().isEmpty()) return;
    TeaVMProblemRenderer.describeProblems(
        tool.getDependencyInfo().getCallGraph(), tool.getProblemProvider(), new ErrorLog());
    System.exit(1);
  }

  /** Standard output has the description; what is wrong goes elsewhere. */
  private static final class ErrorLog extends EmptyTeaVMToolLog {
    @Override
    public void error(String text) {
      System.err.println(text);
    }
  }
}
