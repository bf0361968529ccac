package io.heliosdb.wasm.compiler;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Mends TeaVM's collector; {@code CLASSES} is where its changed classes go, to be found before
 * TeaVM's own. Both mistakes end in "Out of memory", however much memory there may be.
 */
final class CollectorPatch {
  private static final int ASM = Opcodes.ASM9;
  /** More than a chunk's header, and a page of WebAssembly's. */
  private static final int SLACK_BYTES = 64 << 10;

  private static final int TEAVM_HEAP_PER_QUEUE = 16;
  /** One entry of four bytes for every sixteen bytes: no object is smaller. */
  private static final int HEAP_PER_QUEUE = 4;

  private CollectorPatch() {}

  public static void main(String[] arguments) throws IOException {
    Path classes = Path.of(arguments[0]);
    // The heap grows by exactly what an allocation lacks, and then that is too little by a header.
    patch(classes, "org/teavm/runtime/GC", "computeMinRequestedSize(I)J", AddSlack::new);
    // The queue of objects to visit holds a list's elements, and is too short for many small ones.
    patch(
        classes, "org/teavm/backend/wasm/WasmHeap", "calculateStorageSize(I)I", LongerQueue::new);
  }

  private static void patch(
      Path classes, String name, String method, UnaryOperator<MethodVisitor> change)
      throws IOException {
    String file = name + ".class";
    try (InputStream in = CollectorPatch.class.getClassLoader().getResourceAsStream(file)) {
      ClassReader reader = new ClassReader(in);
      ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
      boolean[] isFound = {false};
      ClassVisitor visitor =
          new ClassVisitor(ASM, writer) {
            @Override
            public MethodVisitor visitMethod(
                int access, String own, String type, String signature, String[] exceptions) {
              MethodVisitor next = super.visitMethod(access, own, type, signature, exceptions);
              if (!(own + type).equals(method)) return next;
              isFound[0] = true;
              return change.apply(next);
            }
          };
      reader.accept(visitor, 0);
      if (!isFound[0]) throw new IllegalStateException(name + " has no " + method);
      Path target = classes.resolve(file);
      Files.createDirectories(target.getParent());
      Files.write(target, writer.toByteArray());
    }
  }

  private static final class AddSlack extends MethodVisitor {
    AddSlack(MethodVisitor next) {
      super(ASM, next);
    }

    @Override
    public void visitCode() {
      super.visitCode();
      super.visitVarInsn(Opcodes.ILOAD, 0);
      super.visitLdcInsn(SLACK_BYTES);
      super.visitInsn(Opcodes.IADD);
      super.visitVarInsn(Opcodes.ISTORE, 0);
    }
  }

  private static final class LongerQueue extends MethodVisitor {
    LongerQueue(MethodVisitor next) {
      super(ASM, next);
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      super.visitIntInsn(opcode, operand == TEAVM_HEAP_PER_QUEUE ? HEAP_PER_QUEUE : operand);
    }
  }
}
