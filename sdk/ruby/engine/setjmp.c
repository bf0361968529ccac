/* The functions that clang's -wasm-enable-sjlj calls in place of setjmp and longjmp. */
#include <setjmp.h>

__asm__(".tagtype __c_longjmp i32\n.globl __c_longjmp\n__c_longjmp:\n");
/* Where the tag __c_longjmp stands among clang's. */
#define LONGJMP_TAG 1

void __wasm_setjmp(jmp_buf buffer, int label, void *call) {
  buffer->call = call;
  buffer->label = label;
}

int __wasm_setjmp_test(jmp_buf buffer, void *call) {
  return buffer->call == call ? buffer->label : 0;
}

_Noreturn void __wasm_longjmp(jmp_buf buffer, int value) {
  buffer->thrown.buffer = buffer;
  buffer->thrown.value = value == 0 ? 1 : value;
  __builtin_wasm_throw(LONGJMP_TAG, &buffer->thrown);
}
