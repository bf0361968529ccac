/*
 * JavaScript procedures: QuickJS with the database's functions as module `heliosdb-wasm-sdk`.
 *
 * A guest is this engine with a program and one exported function per procedure added to it.
 * The functions that such an exported function calls are `hdb_alloc`, `hdb_load` and `hdb_call`;
 * `hdb_compile` and `hdb_describe` serve whoever makes the guest.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "procedure_abi.h"
#include "quickjs.h"
#include "values.h"

#define EXPORT(name) __attribute__((export_name(#name)))
/* Renamed in guests that draw random numbers; never called in others. */
__attribute__((import_module("heliosdb_js"), import_name("entropy")))
int32_t entropy(uint8_t *bytes, uint32_t length);

/* Below the linker's stack size, so that recursion becomes an exception and not a trap. */
#define STACK_BYTES (96 * 1024)
#define FIRST_CAPACITY 4096
#define ARGUMENT_COUNT_MAX 64
#define SDK_MODULE "heliosdb-wasm-sdk"
enum { LOAD_RANDOM = 1 };

static JSRuntime *runtime;
static JSContext *context;
static JSValue program;
static uint64_t random_seed;

/* --- The clock: the statement's moment, the same for all its rows. --- */

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  int64_t micros = heliosdb_now();
  if (random_seed != 0) {
    /* QuickJS seeds Math.random from its first look at the clock. */
    micros = (int64_t)(random_seed >> 2);
    random_seed = 0;
  }
  time->tv_sec = micros / 1000000;
  time->tv_usec = (suseconds_t)(micros % 1000000);
  return 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  (void)clock;
  int64_t micros = heliosdb_now();
  time->tv_sec = micros / 1000000;
  time->tv_nsec = (long)(micros % 1000000) * 1000;
  return 0;
}

/* --- Values from the host. --- */

typedef int32_t (*Fetch)(uint8_t *bytes, uint32_t *length);

/* Throws the database's own error, with its SQLSTATE as `sqlstate`. */
static JSValue throw_last_error(JSContext *ctx) {
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

/* Reads what a host function delivered into `first`, fetching again what did not fit. */
static bool complete(JSContext *ctx, int32_t status, uint8_t **bytes, uint32_t *length,
                     uint8_t *first, Fetch again) {
  *bytes = first;
  if (status == STATUS_BUFFER_TOO_SMALL) {
    *bytes = malloc(*length);
    if (*bytes == NULL) {
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

static JSValue parameter(JSContext *ctx, uint32_t index) {
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

static JSValue js_query(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  if (argc < 1 || !JS_IsString(argv[0])) {
    return JS_ThrowTypeError(ctx, "heliosdbQuery needs SQL text");
  }
  Writer params = {0};
  if (argc > 1 && !JS_IsUndefined(argv[1]) && !JS_IsNull(argv[1])) {
    if (!JS_IsArray(argv[1])) return JS_ThrowTypeError(ctx, "query parameters must be an array");
    if (!write_value(ctx, &params, argv[1], 0)) {
      free(params.bytes);
      return JS_EXCEPTION;
    }
  } else if (!write_list_length(ctx, &params, 0)) {
    return JS_EXCEPTION;
  }
  size_t sql_length;
  const char *sql = JS_ToCStringLen(ctx, &sql_length, argv[0]);
  uint8_t first[FIRST_CAPACITY];
  uint8_t *bytes = first;
  uint32_t length = sizeof first;
  JSValue result = JS_EXCEPTION;
  if (sql != NULL) {
    int32_t status = heliosdb_query_params(sql, (uint32_t)sql_length, params.bytes, params.length,
                                           first, &length);
    if (complete(ctx, status, &bytes, &length, first, heliosdb_fetch_result)) {
      Reader reader = {bytes, bytes + length};
      result = read_result(ctx, &reader);
    }
    if (bytes != first) free(bytes);
  }
  JS_FreeCString(ctx, sql);
  free(params.bytes);
  return result;
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

static bool log_text(JSContext *ctx, int32_t level, JSValueConst value) {
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

/* `console.log` and its like: objects as JSON, the rest as text, parts joined by blanks. */
static JSValue js_console(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv,
                          int level) {
  (void)this_value;
  JSValue line = JS_NewArray(ctx);
  for (int index = 0; index < argc; index++) {
    bool is_plain = JS_IsObject(argv[index]) && !JS_IsError(argv[index]) &&
                    !JS_IsFunction(ctx, argv[index]);
    JSValue part = is_plain ? JS_JSONStringify(ctx, argv[index], JS_UNDEFINED, JS_UNDEFINED)
                            : JS_ToString(ctx, argv[index]);
    if (JS_IsException(part)) {
      JS_FreeValue(ctx, line);
      return JS_EXCEPTION;
    }
    JS_SetPropertyUint32(ctx, line, (uint32_t)index, part);
  }
  JSAtom join = JS_NewAtom(ctx, "join");
  JSValue blank = JS_NewString(ctx, " ");
  JSValueConst arguments[] = {blank};
  JSValue text = JS_Invoke(ctx, line, join, 1, arguments);
  JS_FreeValue(ctx, blank);
  JS_FreeAtom(ctx, join);
  JS_FreeValue(ctx, line);
  bool done = !JS_IsException(text) && log_text(ctx, level, text);
  JS_FreeValue(ctx, text);
  return done ? JS_UNDEFINED : JS_EXCEPTION;
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

static const JSCFunctionListEntry SDK_FUNCTIONS[] = {
    JS_CFUNC_DEF("heliosdbQuery", 2, js_query),
    JS_CFUNC_DEF("heliosdbLog", 2, js_log),
    JS_CFUNC_DEF("heliosdbNow", 0, js_now),
    JS_CFUNC_DEF("heliosdbError", 2, js_error),
    JS_CFUNC_MAGIC_DEF("heliosdbBeginTx", 0, js_transaction, BEGIN),
    JS_CFUNC_MAGIC_DEF("heliosdbCommitTx", 0, js_transaction, COMMIT),
    JS_CFUNC_MAGIC_DEF("heliosdbRollbackTx", 0, js_transaction, ROLLBACK),
};
static const JSCFunctionListEntry CONSOLE_FUNCTIONS[] = {
    JS_CFUNC_MAGIC_DEF("debug", 0, js_console, 0),
    JS_CFUNC_MAGIC_DEF("log", 0, js_console, 1),
    JS_CFUNC_MAGIC_DEF("info", 0, js_console, 1),
    JS_CFUNC_MAGIC_DEF("warn", 0, js_console, 2),
    JS_CFUNC_MAGIC_DEF("error", 0, js_console, 3),
};
#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

static int init_sdk(JSContext *ctx, JSModuleDef *module) {
  return JS_SetModuleExportList(ctx, module, SDK_FUNCTIONS, COUNT(SDK_FUNCTIONS));
}

static JSModuleDef *load_module(JSContext *ctx, const char *name, void *opaque) {
  (void)opaque;
  if (strcmp(name, SDK_MODULE) == 0) {
    JSModuleDef *module = JS_NewCModule(ctx, name, init_sdk);
    if (module != NULL) JS_AddModuleExportList(ctx, module, SDK_FUNCTIONS, COUNT(SDK_FUNCTIONS));
    return module;
  }
  JS_ThrowReferenceError(ctx, "a procedure cannot import '%s': only '" SDK_MODULE
                              "' and what was bundled are there", name);
  return NULL;
}

/* --- The life of a guest. --- */

/* Ends the call with the exception's text, stack and code. */
static void fail(JSContext *ctx) {
  JSValue error = JS_GetException(ctx);
  int32_t code = 1;
  JSValue text = JS_ToString(ctx, error);
  if (JS_IsObject(error)) {
    JSValue number = JS_GetPropertyStr(ctx, error, "code");
    if (JS_IsNumber(number)) JS_ToInt32(ctx, &code, number);
    JS_FreeValue(ctx, number);
    JSValue stack = JS_GetPropertyStr(ctx, error, "stack");
    if (JS_IsString(stack)) {
      JSAtom concat = JS_NewAtom(ctx, "concat");
      JSValue line_break = JS_NewString(ctx, "\n");
      JSValueConst arguments[] = {line_break, stack};
      JSValue longer = JS_Invoke(ctx, text, concat, 2, arguments);
      JS_FreeValue(ctx, line_break);
      JS_FreeAtom(ctx, concat);
      JS_FreeValue(ctx, text);
      text = longer;
    }
    JS_FreeValue(ctx, stack);
  }
  size_t length = 0;
  const char *message = JS_ToCStringLen(ctx, &length, text);
  if (message == NULL) {
    message = "out of memory";
    length = strlen(message);
  }
  while (length > 0 && message[length - 1] == '\n') length--;
  heliosdb_error(code, message, (uint32_t)length);
}

static void start(uint32_t flags) {
  if (runtime != NULL) return;
  if ((flags & LOAD_RANDOM) != 0) entropy((uint8_t *)&random_seed, sizeof random_seed);
  runtime = JS_NewRuntime();
  context = runtime == NULL ? NULL : JS_NewContext(runtime);
  random_seed = 0;
  if (context == NULL) {
    static const char message[] = "out of memory";
    heliosdb_error(1, message, sizeof message - 1);
  }
  JS_SetMaxStackSize(runtime, STACK_BYTES);
  JS_SetModuleLoaderFunc(runtime, NULL, load_module, NULL);
  JSValue global = JS_GetGlobalObject(context);
  JSValue console = JS_NewObject(context);
  JS_SetPropertyFunctionList(context, console, CONSOLE_FUNCTIONS, COUNT(CONSOLE_FUNCTIONS));
  JS_SetPropertyStr(context, global, "console", console);
  JS_FreeValue(context, global);
}

/* Runs what promises left to do, and replaces a settled promise by what it came to. */
static JSValue settle(JSContext *ctx, JSValue value) {
  JSContext *job;
  while (JS_ExecutePendingJob(runtime, &job) > 0) {
  }
  int state = (int)JS_PromiseState(ctx, value);
  if (state < 0 || JS_IsException(value)) return value;
  JSValue result = JS_PromiseResult(ctx, value);
  JS_FreeValue(ctx, value);
  if (state == JS_PROMISE_FULFILLED) return result;
  if (state == JS_PROMISE_REJECTED) return JS_Throw(ctx, result);
  JS_FreeValue(ctx, result);
  return JS_ThrowInternalError(ctx, "the procedure waits for something that never comes");
}

EXPORT(hdb_alloc) void *hdb_alloc(uint32_t size) { return malloc(size); }

/* Compiles a module; the bytecode stays alive for one call of the guest. 0 after an error. */
EXPORT(hdb_compile)
uint8_t *hdb_compile(char *source, uint32_t length, const char *file, uint32_t *bytecode_length) {
  start(0);
  source[length] = 0;
  JSValue module = JS_Eval(context, source, length, file,
                           JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
  if (JS_IsException(module)) fail(context);
  size_t size;
  uint8_t *bytecode = JS_WriteObject(context, &size, module,
                                     JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE);
  JS_FreeValue(context, module);
  if (bytecode == NULL) fail(context);
  *bytecode_length = (uint32_t)size;
  return bytecode;
}

/* Loads a compiled module and runs its top level, once. */
EXPORT(hdb_load) void hdb_load(const uint8_t *bytecode, uint32_t length, uint32_t flags) {
  start(flags);
  JSValue module = JS_ReadObject(context, bytecode, length, JS_READ_OBJ_BYTECODE);
  if (JS_IsException(module) || JS_ResolveModule(context, module) < 0) fail(context);
  JSModuleDef *definition = JS_VALUE_GET_PTR(module);
  JSValue result = settle(context, JS_EvalFunction(context, module));
  if (JS_IsException(result)) fail(context);
  JS_FreeValue(context, result);
  program = JS_GetModuleNamespace(context, definition);
  if (JS_IsException(program)) fail(context);
}

static bool give_plain(JSContext *ctx, JSValueConst value, int32_t *status) {
  if (JS_IsUndefined(value) || JS_IsNull(value)) {
    *status = heliosdb_return(NULL, 0, TYPE_SQLNULL);
  } else if (JS_IsBool(value)) {
    uint8_t byte = JS_VALUE_GET_BOOL(value) ? 1 : 0;
    *status = heliosdb_return(&byte, 1, TYPE_BOOLEAN);
  } else if (JS_IsNumber(value)) {
    double number = 0;
    JS_ToFloat64(ctx, &number, value);
    int64_t integer = number >= -9e15 && number <= 9e15 ? (int64_t)number : 0;
    if ((double)integer == number) {
      *status = heliosdb_return((const uint8_t *)&integer, 8, TYPE_BIGINT);
    } else {
      *status = heliosdb_return((const uint8_t *)&number, 8, TYPE_DOUBLE);
    }
  } else if (JS_IsString(value)) {
    size_t length;
    const char *text = JS_ToCStringLen(ctx, &length, value);
    if (text == NULL) fail(ctx);
    *status = heliosdb_return((const uint8_t *)text, (uint32_t)length, TYPE_VARCHAR);
    JS_FreeCString(ctx, text);
  } else {
    return false;
  }
  return true;
}

/* Calls the exported function `name` with the call's parameters and returns its result. */
EXPORT(hdb_call) int32_t hdb_call(const char *name, uint32_t length) {
  JSContext *ctx = context;
  JS_UpdateStackTop(runtime);
  JSAtom atom = JS_NewAtomLen(ctx, name, length);
  JSValue function = JS_GetProperty(ctx, program, atom);
  JS_FreeAtom(ctx, atom);
  if (!JS_IsFunction(ctx, function)) {
    JS_ThrowTypeError(ctx, "the module exports no function '%.*s'", (int)length, name);
    fail(ctx);
  }
  int64_t count = 0;
  JS_GetLength(ctx, function, &count);
  if (count > ARGUMENT_COUNT_MAX) count = ARGUMENT_COUNT_MAX;
  JSValue arguments[ARGUMENT_COUNT_MAX];
  for (int64_t index = 0; index < count; index++) {
    arguments[index] = parameter(ctx, (uint32_t)index);
    if (JS_IsException(arguments[index])) fail(ctx);
  }
  JSValue result = settle(
      ctx, JS_Call(ctx, function, JS_UNDEFINED, (int)count, (JSValueConst *)arguments));
  for (int64_t index = 0; index < count; index++) JS_FreeValue(ctx, arguments[index]);
  JS_FreeValue(ctx, function);
  if (JS_IsException(result)) fail(ctx);
  int32_t status = STATUS_OK;
  if (!give_plain(ctx, result, &status)) {
    Writer writer = {0};
    if (!write_value(ctx, &writer, result, 0)) fail(ctx);
    status = heliosdb_return(writer.bytes, writer.length, TYPE_MESSAGE_PACK);
    free(writer.bytes);
  }
  JS_FreeValue(ctx, result);
  if (status != STATUS_OK) {
    throw_last_error(ctx);
    fail(ctx);
  }
  return 0;
}

/* JSON text of the loaded module's exported functions, ended by a zero. */
EXPORT(hdb_describe) const char *hdb_describe(void) {
  JSValue list = JS_NewArray(context);
  JSPropertyEnum *names;
  uint32_t count;
  uint32_t kept = 0;
  if (JS_GetOwnPropertyNames(context, &names, &count, program, JS_GPN_STRING_MASK)) fail(context);
  for (uint32_t index = 0; index < count; index++) {
    JSValue value = JS_GetProperty(context, program, names[index].atom);
    if (JS_IsFunction(context, value)) {
      JSValue entry = JS_NewObject(context);
      JSValue name = JS_AtomToString(context, names[index].atom);
      JS_SetPropertyStr(context, entry, "name", name);
      JS_SetPropertyStr(context, entry, "length", JS_GetPropertyStr(context, value, "length"));
      JS_SetPropertyUint32(context, list, kept++, entry);
    }
    JS_FreeValue(context, value);
  }
  JS_FreePropertyEnum(context, names, count);
  JSValue text = JS_JSONStringify(context, list, JS_UNDEFINED, JS_UNDEFINED);
  JS_FreeValue(context, list);
  const char *json = JS_ToCString(context, text);
  JS_FreeValue(context, text);
  return json;
}

EXPORT(heliosdb_abi_version) int32_t abi_version(void) { return ABI_VERSION; }
EXPORT(heliosdb_value_format) int32_t value_format(void) { return FORMAT_MESSAGE_PACK; }
