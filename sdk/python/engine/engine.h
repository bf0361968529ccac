/* What the two halves of the engine in C share: calls of the host, and what comes back. */
#ifndef ENGINE_H
#define ENGINE_H

#include "values.h"

typedef int32_t (*Fetch)(uint8_t *bytes, uint32_t *length);

/* Reads what a host function delivered into `first`, fetching again what did not fit; the caller
 * frees `*bytes` unless it is `first`. */
int32_t complete(int32_t status, uint8_t **bytes, uint32_t *length, uint8_t *first, Fetch again);

/* Raises the database's own error, with its SQLSTATE. */
PyObject *raise_last_error(void);

/* None, or the database's error. */
PyObject *done_or_error(int32_t status);

/* Reads `{"columns": [{"name", "type"}, …], "rows": [[…], …]}`. */
PyObject *read_result(Reader *reader);

/* Writes the values of a statement's placeholders; `None` stands for none. */
bool write_parameters(Writer *writer, PyObject *values);

/* Functions of the module `_heliosdb` beside queries, logs and transactions. */
extern PyMethodDef SERVICES[];

#endif
