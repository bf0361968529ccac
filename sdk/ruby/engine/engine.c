/*
 * Ruby procedures: mruby with the database's functions.
 *
 * The build runs `hdb_start` once and keeps the memory it leaves as the engine's first state. A
 * guest imports that engine's memory and its functions `hdb_alloc`, `hdb_load` and `hdb_call`;
 * `hdb_compile` and `hdb_describe` serve whoever makes the guest.
 */
#include "engine.h"

#include <mruby/compile.h>
#include <mruby/dump.h>
#include <mruby/irep.h>
#include <mruby/opcode.h>
#include <mruby/proc.h>
#include <mruby/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "library.h"
#include "guest_engine.h"


/* Recursion through C ends this far below where a call began, as an exception and not a trap. */
#define STACK_BYTES (160 * 1024)
#define FIELD_BYTES 4

static mrb_state *mrb;
static uintptr_t stack_end;
/* The program's texts and bytecodes, behind its header. */
static const char *parts;
static bool has_other_version;

/* Only mruby's own headers declare it. */
int mrb_dump_irep(mrb_state *mrb, const mrb_irep *irep, uint8_t flags, uint8_t **bytes,
                  size_t *size);

bool hdb_stack_is_short(void) { return (uintptr_t)__builtin_frame_address(0) < stack_end; }

static void mark_stack(void) {
  uintptr_t here = (uintptr_t)__builtin_frame_address(0);
  stack_end = here > STACK_BYTES ? here - STACK_BYTES : 0;
}

int timespec_get(struct timespec *time, int base) {
  clock_gettime(CLOCK_REALTIME, time);
  return base;
}

/* --- Errors. --- */

static mrb_value describe_error(mrb_state *ignored, void *error) {
  (void)ignored;
  mrb_value host = mrb_obj_value(mrb_module_get(mrb, "HeliosDB"));
  return mrb_funcall_argv(mrb, host, mrb_intern_lit(mrb, "describe_error"), 1, error);
}

/* Ends the call with the exception's code, text and stack. */
_Noreturn static void fail(mrb_value error) {
  static const char no_memory[] = "out of memory (NoMemoryError)";
  mrb_bool failed = FALSE;
  mark_stack();
  mrb_value told = mrb_protect_error(mrb, describe_error, &error, &failed);
  if (failed) heliosdb_error(1, no_memory, sizeof no_memory - 1);
  mrb_value message = mrb_ary_entry(told, 1), stack = mrb_ary_entry(told, 2);
  int32_t code = (int32_t)mrb_integer(mrb_ary_entry(told, 0));
  if (RSTRING_LEN(stack) == 0) {
    heliosdb_error(code, RSTRING_PTR(message), (uint32_t)RSTRING_LEN(message));
  }
  heliosdb_error_stack(code, RSTRING_PTR(message), (uint32_t)RSTRING_LEN(message),
                       RSTRING_PTR(stack), (uint32_t)RSTRING_LEN(stack));
}

/* Runs `body`, whose exceptions end the call. */
static mrb_value guarded(mrb_protect_error_func *body, void *data) {
  mrb_bool failed = FALSE;
  mark_stack();
  mrb_value result = mrb_protect_error(mrb, body, data, &failed);
  if (failed) fail(result);
  return result;
}

/* Raises what a function of mruby left behind. */
static void raise_pending(void) {
  if (mrb->exc == NULL) return;
  mrb_value error = mrb_obj_value(mrb->exc);
  mrb->exc = NULL;
  mrb_exc_raise(mrb, error);
}

/* --- The library: mruby's own and the SDK's, compiled when the engine is built. --- */

static void run_library(const char *source, size_t length) {
  /* Without a file's name there are no line numbers: stacks show the program alone. */
  mrbc_context *compiling = mrbc_context_new(mrb);
  compiling->capture_errors = TRUE;
  mrb_load_nstring_cxt(mrb, source, length, compiling);
  mrbc_context_free(mrb, compiling);
  raise_pending();
}

void mrb_init_mrblib(mrb_state *state) {
  mrb = state;
  run_library(CORE_LIBRARY, CORE_LENGTH);
}

void mrb_init_mrbgems(mrb_state *state) {
  for (const Gem *gem = GEMS; gem->name != NULL; gem++) {
    int arena = mrb_gc_arena_save(state);
    if (gem->start != NULL) gem->start(state);
    if (gem->length > 0) run_library(gem->source, gem->length);
    mrb_gc_arena_restore(state, arena);
  }
}

/* --- Programs: the length of a header in JSON, the header, and for each file that it lists the
 * source and the bytecode. Another version of the engine compiles the source again. --- */

static struct RProc *parse(const char *source, size_t length, const char *file) {
  mrbc_context *compiling = mrbc_context_new(mrb);
  compiling->capture_errors = TRUE;
  mrbc_filename(mrb, compiling, file);
  struct mrb_parser_state *parser = mrb_parse_nstring(mrb, source, length, compiling);
  if (parser == NULL || parser->nerr > 0) {
    const struct mrb_parser_message *first = parser == NULL ? NULL : &parser->error_buffer[0];
    mrb_raisef(mrb, mrb_class_get(mrb, "SyntaxError"), "%s:%d: %s", file,
               first == NULL ? 0 : (int)first->lineno,
               first == NULL ? "the source cannot be read" : first->message);
  }
  struct RProc *proc = mrb_generate_code(mrb, parser);
  mrb_parser_free(parser);
  mrbc_context_free(mrb, compiling);
  if (proc == NULL) mrb_raisef(mrb, E_SCRIPT_ERROR, "%s: the source cannot be compiled", file);
  return proc;
}

typedef struct {
  const char *source;
  size_t length;
  const char *file;
  uint32_t *size;
  uint8_t *made;
} Compilation;

static mrb_value compile_body(mrb_state *ignored, void *data) {
  (void)ignored;
  Compilation *work = data;
  const struct RProc *proc = parse(work->source, work->length, work->file);
  size_t size;
  int status = mrb_dump_irep(mrb, proc->body.irep, MRB_DUMP_DEBUG_INFO, &work->made, &size);
  if (status != MRB_DUMP_OK) mrb_raisef(mrb, E_SCRIPT_ERROR, "%s cannot be dumped", work->file);
  *work->size = (uint32_t)size;
  return mrb_nil_value();
}

/* HeliosDB.run_part(file, offset, source length, bytecode length) */
static mrb_value run_part(mrb_state *ignored, mrb_value self) {
  (void)ignored;
  (void)self;
  const char *file;
  mrb_int offset, source_length, code_length;
  mrb_get_args(mrb, "ziii", &file, &offset, &source_length, &code_length);
  const char *source = parts + offset;
  struct RProc *proc;
  if (has_other_version) {
    proc = parse(source, (size_t)source_length, file);
  } else {
    mrb_irep *code = mrb_read_irep_buf(mrb, source + source_length, (size_t)code_length);
    if (code == NULL) mrb_raise(mrb, E_SCRIPT_ERROR, "the program is damaged");
    proc = mrb_proc_new(mrb, code);
    mrb_irep_decref(mrb, code);
  }
  /* The top level, and not the function that runs it. */
  proc->upper = NULL;
  MRB_PROC_SET_TARGET_CLASS(proc, mrb->object_class);
  mrb_top_run(mrb, proc, mrb_top_self(mrb), 0);
  raise_pending();
  return mrb_nil_value();
}

static mrb_value load_body(mrb_state *ignored, void *data) {
  (void)ignored;
  const Reader *program = data;
  uint32_t length;
  memcpy(&length, program->at, FIELD_BYTES);
  mrb_value header = mrb_str_new(mrb, (const char *)program->at + FIELD_BYTES, length);
  parts = (const char *)program->at + FIELD_BYTES + length;
  mrb_value host = mrb_obj_value(mrb_module_get(mrb, "HeliosDB"));
  return mrb_funcall_argv(mrb, host, mrb_intern_lit(mrb, "load"), 1, &header);
}

/* HeliosDB.use_version(version): says which one the program was compiled for. */
static mrb_value use_version(mrb_state *ignored, mrb_value self) {
  (void)ignored;
  (void)self;
  const char *version;
  mrb_get_args(mrb, "z", &version);
  has_other_version = strcmp(version, MRUBY_VERSION) != 0;
  return mrb_nil_value();
}

/* --- Calls. --- */

/* How many arguments a method must have, and can have. */
static void count_arguments(const struct RProc *proc, uint32_t *required, uint32_t *accepted) {
  *required = *accepted = 0;
  if (proc == NULL || MRB_PROC_CFUNC_P(proc) || proc->body.irep == NULL) return;
  const mrb_code *code = proc->body.irep->iseq;
  if (*code != OP_ENTER) return;
  mrb_aspec spec = PEEK_W(code + 1);
  *required = MRB_ASPEC_REQ(spec) + MRB_ASPEC_POST(spec);
  *accepted = *required + MRB_ASPEC_OPT(spec);
}

typedef struct {
  const char *name;
  uint32_t length;
  /* The result as MessagePack. */
  mrb_value bytes;
} Call;

static mrb_value call_body(mrb_state *ignored, void *data) {
  (void)ignored;
  Call *call = data;
  mrb_sym name = mrb_intern(mrb, call->name, call->length);
  struct RClass *class = mrb->object_class;
  mrb_method_t method = mrb_method_search_vm(mrb, &class, name);
  if (MRB_METHOD_UNDEF_P(method)) {
    mrb_raisef(mrb, E_NAME_ERROR, "the program defines no method '%n' when it is called", name);
  }
  uint32_t required, accepted;
  count_arguments(MRB_METHOD_FUNC_P(method) ? NULL : MRB_METHOD_PROC(method), &required, &accepted);
  if (accepted > ARGUMENT_COUNT_MAX) accepted = ARGUMENT_COUNT_MAX;
  mrb_value arguments[ARGUMENT_COUNT_MAX];
  uint32_t count = 0;
  for (; count < accepted; count++) {
    uint32_t length = 0;
    /* What has a default need not be declared in SQL. */
    if (count >= required && heliosdb_get_param(count, NULL, &length) == STATUS_ERROR) break;
    arguments[count] = parameter(mrb, count);
  }
  /* What an earlier call matched is none of this one's. */
  mrb_gv_set(mrb, mrb_intern_lit(mrb, "$~"), mrb_nil_value());
  mrb_value host = mrb_obj_value(mrb_module_get(mrb, "HeliosDB"));
  mrb_value documents[] = {mrb_symbol_value(name), mrb_ary_new_from_values(mrb, count, arguments)};
  mrb_value list =
      mrb_funcall_argv(mrb, host, mrb_intern_lit(mrb, "arguments"), 2, documents);
  mrb_value result =
      mrb_funcall_argv(mrb, mrb_top_self(mrb), name, RARRAY_LEN(list), RARRAY_PTR(list));
  switch (mrb_type(result)) {
    case MRB_TT_INTEGER:
    case MRB_TT_FLOAT:
    case MRB_TT_TRUE:
    case MRB_TT_FALSE: return result;
    default: break;
  }
  call->bytes = mrb_str_new(mrb, NULL, 0);
  write_value(mrb, call->bytes, result, 0);
  return call->bytes;
}

static int32_t give(mrb_value result) {
  switch (mrb_type(result)) {
    case MRB_TT_INTEGER: {
      int64_t number = mrb_integer(result);
      return heliosdb_return((const uint8_t *)&number, 8, TYPE_BIGINT);
    }
    case MRB_TT_FLOAT: {
      double number = mrb_float(result);
      return heliosdb_return((const uint8_t *)&number, 8, TYPE_DOUBLE);
    }
    case MRB_TT_TRUE:
    case MRB_TT_FALSE: {
      if (mrb_nil_p(result)) return heliosdb_return(NULL, 0, TYPE_SQLNULL);
      uint8_t byte = mrb_bool(result) ? 1 : 0;
      return heliosdb_return(&byte, 1, TYPE_BOOLEAN);
    }
    default:
      return heliosdb_return((const uint8_t *)RSTRING_PTR(result), (uint32_t)RSTRING_LEN(result),
                             TYPE_MESSAGE_PACK);
  }
}

static mrb_value last_error_body(mrb_state *ignored, void *data) {
  (void)ignored;
  (void)data;
  raise_last_error(mrb);
}

static mrb_value describe_body(mrb_state *ignored, void *data) {
  (void)ignored;
  (void)data;
  mrb_value host = mrb_obj_value(mrb_module_get(mrb, "HeliosDB"));
  return mrb_funcall_argv(mrb, host, mrb_intern_lit(mrb, "describe"), 0, NULL);
}

static mrb_value seed_body(mrb_state *ignored, void *data) {
  (void)ignored;
  (void)data;
  /* The generator's state was frozen with the engine. */
  uint32_t seed;
  random_bytes((uint8_t *)&seed, sizeof seed);
  mrb_value number = mrb_int_value(mrb, seed);
  return mrb_funcall_argv(mrb, mrb_top_self(mrb), mrb_intern_lit(mrb, "srand"), 1, &number);
}

/* --- What the engine offers. --- */

static mrb_value define_sdk(mrb_state *ignored, void *data) {
  (void)ignored;
  (void)data;
  struct RClass *host = mrb_define_module(mrb, "HeliosDB");
  define_calls(mrb, host);
  define_services(mrb, host);
  define_json(mrb, host);
  define_files(mrb, host);
  define_regexp(mrb, host);
  mrb_define_class_method(mrb, host, "run_part", run_part, MRB_ARGS_REQ(4));
  mrb_define_class_method(mrb, host, "use_version", use_version, MRB_ARGS_REQ(1));
  for (const Gem *part = SDK; part->name != NULL; part++) run_library(part->source, part->length);
  return mrb_nil_value();
}

/* Starts the interpreter; the engine is what this leaves in memory. 0 when it worked. */
EXPORT(hdb_start) int32_t hdb_start(void) {
  mark_stack();
  mrb = mrb_open();
  if (mrb == NULL || mrb->exc != NULL) return 1;
  mrb_bool failed = FALSE;
  mrb_value error = mrb_protect_error(mrb, define_sdk, NULL, &failed);
  if (failed) {
    mrb_value text = mrb_inspect(mrb, error);
    fprintf(stderr, "%.*s\n", (int)RSTRING_LEN(text), RSTRING_PTR(text));
    return 2;
  }
  mrb_full_gc(mrb);
  is_started = true;
  return 0;
}

EXPORT(hdb_alloc) void *hdb_alloc(uint32_t size) { return malloc(size); }

/* Compiles a source to bytecode; `file` ends with a zero. */
EXPORT(hdb_compile)
uint8_t *hdb_compile(const char *source, uint32_t length, const char *file, uint32_t *size) {
  Compilation work = {source, length, file, size, NULL};
  guarded(compile_body, &work);
  return work.made;
}

/* Loads a program and runs its top level, once. */
EXPORT(hdb_load) void hdb_load(const uint8_t *bytes, uint32_t length, uint32_t flags) {
  Reader program = {bytes, bytes + length};
  if ((flags & LOAD_RANDOM) != 0) guarded(seed_body, NULL);
  guarded(load_body, &program);
}

/* Calls the method `name` with the call's parameters and returns its result. */
EXPORT(hdb_call) int32_t hdb_call(const char *name, uint32_t length) {
  Call call = {name, length, mrb_nil_value()};
  int arena = mrb_gc_arena_save(mrb);
  mrb_value result = guarded(call_body, &call);
  if (give(result) != STATUS_OK) guarded(last_error_body, NULL);
  mrb_gc_arena_restore(mrb, arena);
  return 0;
}

/* JSON text of the program's methods that can be procedures, ended by a zero. */
EXPORT(hdb_describe) const char *hdb_describe(void) {
  mrb_value text = guarded(describe_body, NULL);
  return RSTRING_CSTR(mrb, text);
}

EXPORT(heliosdb_abi_version) int32_t abi_version(void) { return ABI_VERSION; }
EXPORT(heliosdb_value_format) int32_t value_format(void) { return FORMAT_MESSAGE_PACK; }
