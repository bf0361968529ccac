/*
 * JavaScript procedures: QuickJS with the database's functions as module `heliosdb-wasm-sdk`.
 *
 * The build runs `hdb_start` once and keeps the memory it leaves as the engine's first state. A
 * guest imports that engine's memory and its functions `hdb_alloc`, `hdb_load` and `hdb_call`;
 * `hdb_compile` and `hdb_describe` serve whoever makes the guest.
 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include "guest_engine.h"

/* The build adds it to QuickJS. */
void JS_SeedRandom(JSContext *ctx, uint64_t seed);

/* Below the linker's stack size, so that recursion becomes an exception and not a trap. */
#define STACK_BYTES (96 * 1024)
#define SDK_MODULE "heliosdb-wasm-sdk"
#define DECIMAL_MODULE "heliosdb-wasm-sdk/decimal"
#define HOST_MODULE "heliosdb:host"

static const char DECIMAL_SOURCE[] = {
#embed "../decimal.js"
    , 0};
static const char SDK_SOURCE[] = {
#embed "sdk.js"
    , 0};

static JSRuntime *runtime;
static JSContext *context;
static JSValue program;

/* --- Modules and the console. --- */

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

static const JSCFunctionListEntry CONSOLE_FUNCTIONS[] = {
    JS_CFUNC_MAGIC_DEF("debug", 0, js_console, 0),
    JS_CFUNC_MAGIC_DEF("log", 0, js_console, 1),
    JS_CFUNC_MAGIC_DEF("info", 0, js_console, 1),
    JS_CFUNC_MAGIC_DEF("warn", 0, js_console, 2),
    JS_CFUNC_MAGIC_DEF("error", 0, js_console, 3),
};

static int init_host(JSContext *ctx, JSModuleDef *module) {
  bool done = set_calls(ctx, module) && set_services(ctx, module) && set_files(ctx, module);
  return done ? 0 : -1;
}

/* The SDK's modules are there before a program asks for them. */
static JSModuleDef *load_module(JSContext *ctx, const char *name, void *opaque) {
  (void)opaque;
  if (!is_started && strcmp(name, HOST_MODULE) == 0) {
    JSModuleDef *module = JS_NewCModule(ctx, name, init_host);
    bool done = module != NULL && export_calls(ctx, module) && export_services(ctx, module) &&
                export_files(ctx, module);
    return done ? module : NULL;
  }
  JS_ThrowReferenceError(ctx, "a procedure cannot import '%s': only '" SDK_MODULE
                              "' and what was bundled are there", name);
  return NULL;
}

/* --- The life of a guest. --- */

/* Ends the call with the exception's text, code and stack. */
static void fail(JSContext *ctx) {
  JSValue error = JS_GetException(ctx);
  int32_t code = 1;
  size_t length = 0;
  const char *message = JS_ToCStringLen(ctx, &length, error);
  if (message == NULL) {
    message = "out of memory";
    length = strlen(message);
  }
  const char *stack = NULL;
  size_t stack_length = 0;
  if (JS_IsObject(error)) {
    JSValue number = JS_GetPropertyStr(ctx, error, "code");
    if (JS_IsNumber(number)) JS_ToInt32(ctx, &code, number);
    JSValue frames = JS_GetPropertyStr(ctx, error, "stack");
    if (JS_IsString(frames)) stack = JS_ToCStringLen(ctx, &stack_length, frames);
  }
  if (stack == NULL || stack_length == 0) heliosdb_error(code, message, (uint32_t)length);
  heliosdb_error_stack(code, message, (uint32_t)length, stack, (uint32_t)stack_length);
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

static bool run_module(const char *source, size_t length, const char *name) {
  JSValue result = settle(context, JS_Eval(context, source, length, name, JS_EVAL_TYPE_MODULE));
  bool done = !JS_IsException(result);
  JS_FreeValue(context, result);
  return done;
}

/* Starts the interpreter; the engine is what this leaves in memory. 0 when it worked. */
EXPORT(hdb_start) int32_t hdb_start(void) {
  runtime = JS_NewRuntime();
  context = runtime == NULL ? NULL : JS_NewContext(runtime);
  if (context == NULL) return 1;
  JS_SetMaxStackSize(runtime, STACK_BYTES);
  JS_SetModuleLoaderFunc(runtime, NULL, load_module, NULL);
  JSValue global = JS_GetGlobalObject(context);
  JSValue console = JS_NewObject(context);
  JS_SetPropertyFunctionList(context, console, CONSOLE_FUNCTIONS, COUNT(CONSOLE_FUNCTIONS));
  JS_SetPropertyStr(context, global, "console", console);
  JS_FreeValue(context, global);
  if (!run_module(DECIMAL_SOURCE, sizeof DECIMAL_SOURCE - 1, DECIMAL_MODULE)) return 2;
  if (!run_module(SDK_SOURCE, sizeof SDK_SOURCE - 1, SDK_MODULE)) return 3;
  JS_RunGC(runtime);
  is_started = true;
  return 0;
}

EXPORT(hdb_alloc) void *hdb_alloc(uint32_t size) { return malloc(size); }

/* --- Programs: the engine's version, the file's name, the source, each ended by a zero, and the
 * bytecode. Another version of the engine compiles the source again. --- */

static JSValue compile_source(const char *source, size_t length, const char *file) {
  JS_UpdateStackTop(runtime);
  JSValue module = JS_Eval(context, source, length, file,
                           JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
  if (JS_IsException(module)) fail(context);
  return module;
}

/* Makes a program; `source` and `file` end with a zero. */
EXPORT(hdb_compile)
uint8_t *hdb_compile(const char *source, uint32_t length, const char *file, uint32_t *size) {
  JSValue module = compile_source(source, length, file);
  size_t bytecode_length;
  uint8_t *bytecode = JS_WriteObject(context, &bytecode_length, module,
                                     JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE);
  JS_FreeValue(context, module);
  if (bytecode == NULL) fail(context);
  const char *version = JS_GetVersion();
  size_t version_length = strlen(version) + 1, file_length = strlen(file) + 1;
  size_t text_length = version_length + file_length + length + 1;
  uint8_t *made = malloc(text_length + bytecode_length);
  if (made == NULL) {
    JS_ThrowOutOfMemory(context);
    fail(context);
  }
  memcpy(made, version, version_length);
  memcpy(made + version_length, file, file_length);
  memcpy(made + version_length + file_length, source, length + 1);
  memcpy(made + text_length, bytecode, bytecode_length);
  js_free(context, bytecode);
  *size = (uint32_t)(text_length + bytecode_length);
  return made;
}

static JSValue read_program(const char *at, const char *end) {
  const char *parts[3];
  for (int index = 0; index < 3; index++) {
    parts[index] = at;
    const char *zero = memchr(at, 0, (size_t)(end - at));
    if (zero == NULL) return JS_ThrowTypeError(context, "the program is damaged");
    at = zero + 1;
  }
  if (strcmp(parts[0], JS_GetVersion()) != 0) {
    return compile_source(parts[2], (size_t)(at - parts[2] - 1), parts[1]);
  }
  return JS_ReadObject(context, (const uint8_t *)at, (size_t)(end - at), JS_READ_OBJ_BYTECODE);
}

/* Loads a program and runs its top level, once. */
EXPORT(hdb_load) void hdb_load(const char *bytes, uint32_t length, uint32_t flags) {
  JS_UpdateStackTop(runtime);
  if ((flags & LOAD_RANDOM) != 0) {
    /* The generator's state was frozen with the engine. */
    uint64_t seed;
    random_bytes((uint8_t *)&seed, sizeof seed);
    JS_SeedRandom(context, seed);
  }
  JSValue module = read_program(bytes, bytes + length);
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
