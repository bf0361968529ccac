/* What the parts of the engine share: calls of the host, and what comes back. */
#ifndef ENGINE_H
#define ENGINE_H

#include "values.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

typedef int32_t (*Fetch)(uint8_t *bytes, uint32_t *length);

/* Throws the database's own error, with its SQLSTATE as `sqlstate`. */
JSValue throw_last_error(JSContext *ctx);

/* Reads what a host function delivered into `first`, fetching again what did not fit; false with
 * an exception. The caller frees `*bytes` unless it is `first`. */
bool complete(JSContext *ctx, int32_t status, uint8_t **bytes, uint32_t *length, uint8_t *first,
              Fetch again);

/* The parameter at `index`. */
JSValue parameter(JSContext *ctx, uint32_t index);

/* Writes a line to the log; false with an exception. */
bool log_text(JSContext *ctx, int32_t level, JSValueConst value);

/* Functions of the module `heliosdb:host`: queries, cursors, logs, transactions, the clock. */
bool export_calls(JSContext *ctx, JSModuleDef *module);
bool set_calls(JSContext *ctx, JSModuleDef *module);

/* The same for cryptography, requests, metrics and texts as bytes. */
bool export_services(JSContext *ctx, JSModuleDef *module);
bool set_services(JSContext *ctx, JSModuleDef *module);

/* The same for files of granted folders. */
bool export_files(JSContext *ctx, JSModuleDef *module);
bool set_files(JSContext *ctx, JSModuleDef *module);

#endif
