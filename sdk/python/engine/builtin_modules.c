/* The modules in C that the engine has: those of the standard library that need no system. */
#include <Python.h>

#define MODULES(X)                                                                              \
  X(_abc) X(_ast) X(_bisect) X(_blake2) X(_codecs) X(_collections) X(_contextvars) X(_csv)      \
  X(_datetime) X(_decimal) X(_functools) X(_heapq) X(_io) X(_json) X(_locale) X(_md5)           \
  X(_opcode) X(_operator) X(_pickle) X(_random) X(_sha1) X(_sha256) X(_sha3) X(_sha512)         \
  X(_signal) X(_sre) X(_stat) X(_statistics) X(_string) X(_struct) X(_symtable) X(_thread)      \
  X(_tokenize) X(_typing) X(_weakref) X(array) X(atexit) X(binascii) X(cmath) X(errno)          \
  X(faulthandler) X(itertools) X(math) X(posix) X(time) X(unicodedata) X(_heliosdb)

#define DECLARE(name) extern PyObject *PyInit_##name(void);
MODULES(DECLARE)
extern PyObject *PyInit_gc(void);
extern PyObject *PyInit__imp(void);
extern PyObject *PyInit__tracemalloc(void);
extern PyObject *PyMarshal_Init(void);
extern PyObject *_PyWarnings_Init(void);

#define LIST(name) {#name, PyInit_##name},
struct _inittab _PyImport_Inittab[] = {
    MODULES(LIST)
    {"gc", PyInit_gc},
    {"_imp", PyInit__imp},
    {"_tracemalloc", PyInit__tracemalloc},
    {"marshal", PyMarshal_Init},
    {"_warnings", _PyWarnings_Init},
    {"builtins", NULL},
    {"sys", NULL},
    {NULL, NULL},
};
