package org.teavm.backend.wasm.runtime;

import org.teavm.backend.wasm.runtime.math.WasmPow;
import org.teavm.backend.wasm.wasi.IOVec;
import org.teavm.backend.wasm.wasi.SizeResult;
import org.teavm.backend.wasm.wasi.Wasi;
import org.teavm.interop.Address;
import org.teavm.interop.Import;
import org.teavm.interop.Structure;
import org.teavm.interop.Unmanaged;

/**
 * What TeaVM's class library needs of a system, found before TeaVM's own class of this name. That
 * one reads arguments, which a procedure has not and it does not survive, and a clock that makes
 * every procedure VOLATILE; here the clock is the statement's.
 */
public class WasiSupport {
  private static long state;
  private static boolean isSeeded;

  private WasiSupport() {}

  @Import(module = "heliosdb", name = "heliosdb_now")
  private static native long now();

  @Unmanaged
  public static void putCharsStdout(Address address, int count) {
    putChars(1, address, count);
  }

  @Unmanaged
  public static void putCharsStderr(Address address, int count) {
    putChars(2, address, count);
  }

  @Unmanaged
  public static void putChars(int descriptor, Address address, int count) {
    Address buffer = WasiBuffer.getBuffer();
    IOVec vector = buffer.toStructure();
    SizeResult written = buffer.add(Structure.sizeOf(IOVec.class)).toStructure();
    vector.buffer = address;
    vector.bufferLength = count;
    Wasi.fdWrite(descriptor, vector, 1, written);
  }

  @Unmanaged
  public static long currentTimeMillis() {
    return now() / 1000;
  }

  @Unmanaged
  public static void printString(String text) {
    int half = WasiBuffer.getBufferSize() / 2;
    Address chars = WasiBuffer.getBuffer().add(half);
    for (int from = 0; from < text.length(); from += half) {
      int count = Math.min(half, text.length() - from);
      for (int index = 0; index < count; index++) {
        chars.add(index).putByte((byte) text.charAt(from + index));
      }
      putCharsStderr(chars, count);
    }
  }

  @Unmanaged
  public static void printInt(int value) {
    Address end = WasiBuffer.getBuffer().add(WasiBuffer.getBufferSize());
    int rest = value < 0 ? -value : value;
    int count = 0;
    do {
      count++;
      end.add(-count).putByte((byte) (rest % 10 + '0'));
      rest /= 10;
    } while (rest > 0);
    if (value < 0) {
      count++;
      end.add(-count).putByte((byte) '-');
    }
    putCharsStderr(end.add(-count), count);
  }

  @Unmanaged
  public static void printOutOfMemory() {
    printString("Out of memory");
  }

  public static String[] getArgs() {
    return new String[0];
  }

  /** Seeded by the host once an instance; importing it makes a procedure VOLATILE. */
  public static double random() {
    if (!isSeeded) {
      isSeeded = true;
      Address buffer = WasiBuffer.getBuffer();
      Wasi.randomGet(buffer, 8);
      state = buffer.getLong();
    }
    // SplitMix64: https://prng.di.unimi.it/splitmix64.c describes the sequence.
    state += 0x9e3779b97f4a7c15L;
    long mixed = state;
    mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return ((mixed ^ mixed >>> 31) >>> 11) * 0x1.0p-53;
  }

  public static double pow(double base, double exponent) {
    return WasmPow.pow(base, exponent);
  }
}
