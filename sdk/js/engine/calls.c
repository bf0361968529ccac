/* What procedures ask of the database: parameters, queries, logs, transactions, the clock. */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include "procedure_abi.h"

#define FIRST_CAPACITY 4096
#define BATCH_BYTES (64 * 1024)

/* --- Values from the host. --- */

JSValue throw_last_error(JSContext *ctx) {
  uint8_t small[2048];
  uint8_t *bytes = small;
  uint32_t length = sizeof small;
  int32_t status = heliosdb_last_error(bytes, &length);
  if (status == STATUS_BUFFER_TOO_SMALL && (bytes = malloc(length)) != NULL) {
    status = heliosdb_last_error(bytes, &length);
  }
  JSValue details = JS_NULL;
  if (status == STATUS_OK) {
    Reader reader = {bytes, bytes + length};
    details = read_value(ctx, &reader, 0);
  }
  if (bytes != small) free(bytes);
  if (!JS_IsObject(details)) {
    JS_FreeValue(ctx, details);
    return JS_ThrowInternalError(ctx, "the database reported an error without details");
  }
  JSValue error = JS_NewError(ctx);
  JS_SetPropertyStr(ctx, error, "message", JS_GetPropertyStr(ctx, details, "message"));
  JS_SetPropertyStr(ctx, error, "sqlstate", JS_GetPropertyStr(ctx, details, "sqlstate"));
  JS_FreeValue(ctx, details);
  return JS_Throw(ctx, error);
}

bool complete(JSContext *ctx, int32_t status, uint8_t **bytes, uint32_t *length, uint8_t *first,
              Fetch again) {
  *bytes = first;
  if (status == STATUS_BUFFER_TOO_SMALL) {
    *bytes = malloc(*length);
    if (*bytes == NULL) {
      *bytes = first;
      JS_ThrowOutOfMemory(ctx);
      return false;
    }
    status = again(*bytes, length);
  }
  if (status == STATUS_OK) return true;
  throw_last_error(ctx);
  return false;
}

static uint32_t parameter_index;
static int32_t fetch_parameter(uint8_t *bytes, uint32_t *length) {
  return heliosdb_get_param(parameter_index, bytes, length);
}

JSValue parameter(JSContext *ctx, uint32_t index) {
  uint8_t first[512];
  uint8_t *bytes;
  uint32_t length = sizeof first;
  parameter_index = index;
  int32_t status = fetch_parameter(first, &length);
  JSValue value = JS_EXCEPTION;
  if (complete(ctx, status, &bytes, &length, first, fetch_parameter)) {
    Reader reader = {bytes, bytes + length};
    value = read_value(ctx, &reader, 0);
  }
  if (bytes != first) free(bytes);
  return value;
}

/* --- Queries. --- */

/* Reads `{"columns": [{"name", …}], "rows": [[…]]}` as a list of objects with `columns`. */
static JSValue read_rows(JSContext *ctx, Reader *reader, JSAtom *names, int64_t width) {
  int64_t count = read_list_length(ctx, reader);
  if (count < 0) return JS_EXCEPTION;
  JSValue rows = JS_NewArray(ctx);
  for (int64_t index = 0; index < count; index++) {
    JSValue row = JS_NewObject(ctx);
    bool done = read_list_length(ctx, reader) == width;
    for (int64_t column = 0; column < width && done; column++) {
      JSValue cell = read_value(ctx, reader, 0);
      done = !JS_IsException(cell) &&
             JS_DefinePropertyValue(ctx, row, names[column], cell, JS_PROP_C_W_E) >= 0;
    }
    if (!done) {
      if (!JS_HasException(ctx)) JS_ThrowTypeError(ctx, "malformed result from the database");
      JS_FreeValue(ctx, row);
      JS_FreeValue(ctx, rows);
      return JS_EXCEPTION;
    }
    JS_SetPropertyUint32(ctx, rows, (uint32_t)index, row);
  }
  return rows;
}

static JSValue read_result(JSContext *ctx, Reader *reader) {
  JSValue columns = JS_UNDEFINED;
  JSValue rows = JS_UNDEFINED;
  JSAtom *names = NULL;
  int64_t width = 0;
  int64_t parts = read_map_length(ctx, reader);
  for (int64_t part = 0; part < parts; part++) {
    JSValue key = read_value(ctx, reader, 0);
    const char *name = JS_ToCString(ctx, key);
    bool is_rows = name != NULL && strcmp(name, "rows") == 0;
    JS_FreeCString(ctx, name);
    JS_FreeValue(ctx, key);
    if (is_rows) {
      rows = read_rows(ctx, reader, names, width);
      continue;
    }
    columns = read_value(ctx, reader, 0);
    if (!JS_IsArray(columns) || JS_GetLength(ctx, columns, &width) < 0) break;
    names = calloc((size_t)width + 1, sizeof *names);
    if (names == NULL) break;
    for (int64_t index = 0; index < width; index++) {
      JSValue column = JS_GetPropertyUint32(ctx, columns, (uint32_t)index);
      JSValue text = JS_GetPropertyStr(ctx, column, "name");
      names[index] = JS_ValueToAtom(ctx, text);
      JS_FreeValue(ctx, text);
      JS_FreeValue(ctx, column);
    }
  }
  for (int64_t index = 0; names != NULL && index < width; index++) JS_FreeAtom(ctx, names[index]);
  free(names);
  if (JS_IsArray(rows)) {
    /* Not enumerable: a result prints and compares as the plain list of its rows. */
    JSAtom atom = JS_NewAtom(ctx, "columns");
    JS_DefinePropertyValue(ctx, rows, atom, columns, JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE);
    JS_FreeAtom(ctx, atom);
    return rows;
  }
  JS_FreeValue(ctx, columns);
  if (!JS_HasException(ctx)) JS_ThrowTypeError(ctx, "malformed result from the database");
  return JS_EXCEPTION;
}

/* Writes the values of a statement's placeholders; false with an exception. */
static bool write_parameters(JSContext *ctx, Writer *writer, int argc, JSValueConst *argv) {
  bool done;
  if (argc < 2 || JS_IsUndefined(argv[1]) || JS_IsNull(argv[1])) {
    done = write_list_length(ctx, writer, 0);
  } else if (JS_IsArray(argv[1])) {
    done = write_value(ctx, writer, argv[1], 0);
  } else {
    JS_ThrowTypeError(ctx, "query parameters must be an array");
    done = false;
  }
  if (!done) free(writer->bytes);
  return done;
}

/* A statement's text; NULL with an exception. */
static const char *sql_of(JSContext *ctx, int argc, JSValueConst *argv, size_t *length) {
  if (argc > 0 && JS_IsString(argv[0])) return JS_ToCStringLen(ctx, length, argv[0]);
  JS_ThrowTypeError(ctx, "a query needs SQL text");
  return NULL;
}

static JSValue js_query(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  Writer params = {0};
  size_t sql_length;
  const char *sql = sql_of(ctx, argc, argv, &sql_length);
  if (sql == NULL) return JS_EXCEPTION;
  JSValue result = JS_EXCEPTION;
  if (write_parameters(ctx, &params, argc, argv)) {
    uint8_t first[FIRST_CAPACITY];
    uint8_t *bytes;
    uint32_t length = sizeof first;
    int32_t status = heliosdb_query_params(sql, (uint32_t)sql_length, params.bytes, params.length,
                                           first, &length);
    free(params.bytes);
    if (complete(ctx, status, &bytes, &length, first, heliosdb_fetch_result)) {
      Reader reader = {bytes, bytes + length};
      result = read_result(ctx, &reader);
    }
    if (bytes != first) free(bytes);
  }
  JS_FreeCString(ctx, sql);
  return result;
}

/* --- Cursors. --- */

static JSValue js_cursor_open(JSContext *ctx, JSValueConst this_value, int argc,
                              JSValueConst *argv) {
  (void)this_value;
  Writer params = {0};
  size_t length;
  const char *sql = sql_of(ctx, argc, argv, &length);
  if (sql == NULL) return JS_EXCEPTION;
  uint32_t number = 0;
  JSValue result = JS_EXCEPTION;
  if (write_parameters(ctx, &params, argc, argv)) {
    int32_t status =
        heliosdb_cursor_open(sql, (uint32_t)length, params.bytes, params.length, &number);
    free(params.bytes);
    result = status == STATUS_OK ? JS_NewUint32(ctx, number) : throw_last_error(ctx);
  }
  JS_FreeCString(ctx, sql);
  return result;
}

/* The next rows, null after the last. */
static JSValue js_cursor_next(JSContext *ctx, JSValueConst this_value, int argc,
                              JSValueConst *argv) {
  (void)this_value;
  uint32_t number, rows_max;
  if (argc < 2 || JS_ToUint32(ctx, &number, argv[0]) || JS_ToUint32(ctx, &rows_max, argv[1])) {
    return JS_EXCEPTION;
  }
  uint32_t length = BATCH_BYTES;
  uint8_t *bytes = malloc(length);
  int32_t status = bytes == NULL ? STATUS_ERROR
                                 : heliosdb_cursor_next(number, rows_max, bytes, &length);
  if (status == STATUS_BUFFER_TOO_SMALL) {
    free(bytes);
    bytes = malloc(length);
    if (bytes != NULL) status = heliosdb_cursor_next(number, rows_max, bytes, &length);
  }
  JSValue rows = JS_NULL;
  if (bytes == NULL) {
    rows = JS_ThrowOutOfMemory(ctx);
  } else if (status == STATUS_OK) {
    Reader reader = {bytes, bytes + length};
    rows = read_result(ctx, &reader);
  } else if (status != STATUS_END) {
    rows = throw_last_error(ctx);
  }
  free(bytes);
  return rows;
}

static JSValue js_cursor_close(JSContext *ctx, JSValueConst this_value, int argc,
                               JSValueConst *argv) {
  (void)this_value;
  uint32_t number;
  if (argc < 1 || JS_ToUint32(ctx, &number, argv[0])) return JS_EXCEPTION;
  return heliosdb_cursor_close(number) == STATUS_OK ? JS_UNDEFINED : throw_last_error(ctx);
}

/* --- Logs, transactions, errors, the clock. --- */

static const char *const LEVELS[] = {"debug", "info", "warn", "error"};

/* A level's number or its name. */
static int32_t level_of(JSContext *ctx, JSValueConst value) {
  int32_t level = -1;
  if (JS_IsNumber(value)) {
    JS_ToInt32(ctx, &level, value);
  } else {
    const char *name = JS_ToCString(ctx, value);
    for (int32_t index = 0; name != NULL && index < 4; index++) {
      if (strcmp(name, LEVELS[index]) == 0) level = index;
    }
    JS_FreeCString(ctx, name);
  }
  return level >= 0 && level < 4 ? level : -1;
}

bool log_text(JSContext *ctx, int32_t level, JSValueConst value) {
  size_t length;
  const char *text = JS_ToCStringLen(ctx, &length, value);
  if (text == NULL) return false;
  int32_t status = heliosdb_log((uint32_t)level, text, (uint32_t)length);
  JS_FreeCString(ctx, text);
  if (status == STATUS_OK) return true;
  throw_last_error(ctx);
  return false;
}

static JSValue js_log(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  if (argc < 2) return JS_ThrowTypeError(ctx, "heliosdbLog needs a level and a message");
  int32_t level = level_of(ctx, argv[0]);
  if (level < 0) {
    return JS_ThrowRangeError(ctx, "a log level is 'debug', 'info', 'warn' or 'error'");
  }
  return log_text(ctx, level, argv[1]) ? JS_UNDEFINED : JS_EXCEPTION;
}

enum { BEGIN, COMMIT, ROLLBACK };
static JSValue js_transaction(JSContext *ctx, JSValueConst this_value, int argc,
                              JSValueConst *argv, int verb) {
  (void)this_value;
  (void)argc;
  (void)argv;
  int32_t status = verb == BEGIN    ? heliosdb_begin_tx()
                   : verb == COMMIT ? heliosdb_commit_tx()
                                    : heliosdb_rollback_tx();
  return status == STATUS_OK ? JS_UNDEFINED : throw_last_error(ctx);
}

static JSValue js_now(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  (void)argc;
  (void)argv;
  return JS_NewNumber(ctx, (double)(heliosdb_now() / 1000));
}

static JSValue js_error(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  int32_t code = 1;
  if (argc > 0 && JS_ToInt32(ctx, &code, argv[0])) return JS_EXCEPTION;
  JSValue error = JS_NewError(ctx);
  JSValue message = argc > 1 ? JS_ToString(ctx, argv[1]) : JS_NewString(ctx, "procedure failed");
  JS_SetPropertyStr(ctx, error, "message", message);
  JS_SetPropertyStr(ctx, error, "code", JS_NewInt32(ctx, code));
  return JS_Throw(ctx, error);
}

static const JSCFunctionListEntry CALLS[] = {
    JS_CFUNC_DEF("heliosdbQuery", 2, js_query),
    JS_CFUNC_DEF("cursorOpen", 2, js_cursor_open),
    JS_CFUNC_DEF("cursorNext", 2, js_cursor_next),
    JS_CFUNC_DEF("cursorClose", 1, js_cursor_close),
    JS_CFUNC_DEF("heliosdbLog", 2, js_log),
    JS_CFUNC_DEF("heliosdbNow", 0, js_now),
    JS_CFUNC_DEF("heliosdbError", 2, js_error),
    JS_CFUNC_MAGIC_DEF("heliosdbBeginTx", 0, js_transaction, BEGIN),
    JS_CFUNC_MAGIC_DEF("heliosdbCommitTx", 0, js_transaction, COMMIT),
    JS_CFUNC_MAGIC_DEF("heliosdbRollbackTx", 0, js_transaction, ROLLBACK),
};

bool export_calls(JSContext *ctx, JSModuleDef *module) {
  return JS_AddModuleExportList(ctx, module, CALLS, COUNT(CALLS)) == 0;
}

bool set_calls(JSContext *ctx, JSModuleDef *module) {
  return JS_SetModuleExportList(ctx, module, CALLS, COUNT(CALLS)) == 0;
}
