/* What mruby needs of setjmp, which the C library for WASI lacks: exceptions of WebAssembly. */
#ifndef SETJMP_H
#define SETJMP_H

typedef struct {
  void *call;
  int label;
  /* What is thrown: the buffer and the value, in the order that the compiler expects. */
  struct {
    void *buffer;
    int value;
  } thrown;
} jmp_buf[1];

int setjmp(jmp_buf buffer) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf buffer, int value);

#endif
