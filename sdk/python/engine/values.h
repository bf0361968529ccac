/* Values between MessagePack and Python. */
#ifndef VALUES_H
#define VALUES_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  const uint8_t *at;
  const uint8_t *end;
} Reader;

typedef struct {
  uint8_t *bytes;
  uint32_t length;
  uint32_t capacity;
} Writer;

/* Looks up the types that values become; false with an exception when one is missing. */
bool prepare_values(PyObject *sdk);

/* Reads one value; NULL with an exception when it is damaged or has no Python counterpart. */
PyObject *read_value(Reader *reader, int depth);

/* Read the head of a list or map; -1 with an exception when something else is there. */
int64_t read_list_length(Reader *reader);
int64_t read_map_length(Reader *reader);

/* Writes a value; false with an exception when it has no SQL counterpart. */
bool write_value(Writer *writer, PyObject *value, int depth);
bool write_list_length(Writer *writer, uint32_t length);

#endif
