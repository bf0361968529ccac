/*
 * Python procedures: CPython with the database's functions as module `_heliosdb`, on which the
 * SDK's module `heliosdb_wasm` stands.
 *
 * The build runs `hdb_start` once and keeps the memory it leaves as the engine's first state. A
 * guest imports that engine's memory and its functions `hdb_alloc`, `hdb_load` and `hdb_call`;
 * `hdb_compile` serves whoever makes the guest. `engine.py` is the Python half of this file.
 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "procedure_abi.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define FIRST_CAPACITY 4096
#define ARGUMENT_COUNT_MAX 64
/* Deeper calls through C, which use the stack, would trap; calls of Python alone use none, and a
 * program that has deep ones may raise this. */
#define RECURSION_MAX 250

static PyObject *engine_module;
static PyObject *query_error;
static PyObject *query_result;
static bool is_started;

/* --- The clock: the statement's moment, the same for all its rows. --- */

int clock_gettime(clockid_t clock, struct timespec *time) {
  (void)clock;
  /* While the engine is built there is no statement. */
  int64_t micros = is_started ? heliosdb_now() : 0;
  time->tv_sec = micros / 1000000;
  time->tv_nsec = (long)(micros % 1000000) * 1000;
  return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = (suseconds_t)(now.tv_nsec / 1000);
  return 0;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result != NULL) *result = now.tv_sec;
  return now.tv_sec;
}

/* --- Values from the host. --- */

int32_t complete(int32_t status, uint8_t **bytes, uint32_t *length, uint8_t *first, Fetch again) {
  *bytes = first;
  if (status != STATUS_BUFFER_TOO_SMALL) return status;
  *bytes = malloc(*length);
  if (*bytes == NULL) {
    *bytes = first;
    PyErr_NoMemory();
    return STATUS_ERROR;
  }
  return again(*bytes, length);
}

PyObject *raise_last_error(void) {
  if (PyErr_Occurred()) return NULL;
  uint8_t first[2048];
  uint8_t *bytes;
  uint32_t length = sizeof first;
  int32_t status = complete(heliosdb_last_error(first, &length), &bytes, &length, first,
                            heliosdb_last_error);
  PyObject *details = NULL;
  if (status == STATUS_OK) {
    Reader reader = {bytes, bytes + length};
    details = read_value(&reader, 0);
  }
  if (bytes != first) free(bytes);
  if (details != NULL && PyDict_Check(details)) {
    PyObject *message = PyDict_GetItemString(details, "message");
    PyObject *state = PyDict_GetItemString(details, "sqlstate");
    PyObject *error = message == NULL || state == NULL
                          ? NULL
                          : PyObject_CallFunctionObjArgs(query_error, message, state, NULL);
    if (error != NULL) PyErr_SetObject(query_error, error);
    Py_XDECREF(error);
  }
  Py_XDECREF(details);
  if (!PyErr_Occurred()) {
    PyErr_SetString(PyExc_RuntimeError, "the database reported an error without details");
  }
  return NULL;
}

static uint32_t parameter_index;
static int32_t fetch_parameter(uint8_t *bytes, uint32_t *length) {
  return heliosdb_get_param(parameter_index, bytes, length);
}

/* The argument; NULL without an exception when the call has none at this place. */
static PyObject *parameter(uint32_t index) {
  uint8_t first[512];
  uint8_t *bytes;
  uint32_t length = sizeof first;
  parameter_index = index;
  int32_t status = complete(fetch_parameter(first, &length), &bytes, &length, first,
                            fetch_parameter);
  PyObject *value = NULL;
  if (status == STATUS_OK) {
    Reader reader = {bytes, bytes + length};
    value = read_value(&reader, 0);
  }
  if (bytes != first) free(bytes);
  return value;
}

/* --- Queries. --- */

static PyObject *malformed_result(void) {
  if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "malformed result from the database");
  return NULL;
}

/* A row as a dict; of two columns with one name the later one is kept. */
static PyObject *read_row(Reader *reader, PyObject *names) {
  Py_ssize_t width = PyTuple_GET_SIZE(names);
  if (read_list_length(reader) != width) return malformed_result();
  PyObject *row = PyDict_New();
  for (Py_ssize_t column = 0; row != NULL && column < width; column++) {
    PyObject *cell = read_value(reader, 0);
    if (cell == NULL || PyDict_SetItem(row, PyTuple_GET_ITEM(names, column), cell) < 0) {
      Py_CLEAR(row);
    }
    Py_XDECREF(cell);
  }
  return row;
}

static bool read_rows(Reader *reader, PyObject *names, PyObject *rows) {
  int64_t count = read_list_length(reader);
  for (int64_t index = 0; index < count; index++) {
    PyObject *row = read_row(reader, names);
    int failed = row == NULL || PyList_Append(rows, row) < 0;
    Py_XDECREF(row);
    if (failed) return false;
  }
  return count >= 0;
}

/* The columns of the last result, as the host encoded them and as the SDK describes them: a query is
 * asked for many rows, and describing its columns takes longer than reading a row. */
static uint8_t *known_columns;
static size_t known_columns_length;
static PyObject *known_description;

static PyObject *read_columns(Reader *reader) {
  const uint8_t *start = reader->at;
  /* A value in MessagePack ends by itself: bytes that begin alike are the same value. */
  if (known_columns != NULL && (size_t)(reader->end - start) >= known_columns_length &&
      memcmp(start, known_columns, known_columns_length) == 0) {
    reader->at += known_columns_length;
    return Py_NewRef(known_description);
  }
  PyObject *columns = read_value(reader, 0);
  PyObject *described =
      columns == NULL ? NULL : PyObject_CallMethod(engine_module, "columns_of", "O", columns);
  Py_XDECREF(columns);
  size_t length = (size_t)(reader->at - start);
  uint8_t *copy = described == NULL ? NULL : malloc(length);
  if (copy != NULL) {
    memcpy(copy, start, length);
    free(known_columns);
    known_columns = copy;
    known_columns_length = length;
    Py_XSETREF(known_description, Py_NewRef(described));
  }
  return described;
}

PyObject *read_result(Reader *reader) {
  if (read_map_length(reader) != 2) return malformed_result();
  PyObject *key = read_value(reader, 0);
  PyObject *described = key == NULL ? NULL : read_columns(reader);
  PyObject *names = described == NULL ? NULL : PyObject_GetAttrString(described, "names");
  PyObject *rows = names == NULL ? NULL : PyObject_CallNoArgs(query_result);
  PyObject *second = rows == NULL ? NULL : read_value(reader, 0);
  if (second == NULL || !PyTuple_Check(names) || !read_rows(reader, names, rows) ||
      PyObject_SetAttrString(rows, "columns", described) < 0) {
    Py_CLEAR(rows);
  }
  Py_XDECREF(key);
  Py_XDECREF(described);
  Py_XDECREF(names);
  Py_XDECREF(second);
  return rows == NULL ? malformed_result() : rows;
}

bool write_parameters(Writer *writer, PyObject *values) {
  bool written = values == Py_None ? write_list_length(writer, 0) : write_value(writer, values, 0);
  if (!written) free(writer->bytes);
  return written;
}

static PyObject *py_query(PyObject *self, PyObject *args) {
  (void)self;
  const char *sql;
  Py_ssize_t sql_length;
  PyObject *values;
  if (!PyArg_ParseTuple(args, "s#O:heliosdb_query", &sql, &sql_length, &values)) return NULL;
  Writer parameters = {0};
  if (!write_parameters(&parameters, values)) return NULL;
  uint8_t first[FIRST_CAPACITY];
  uint8_t *bytes;
  uint32_t length = sizeof first;
  int32_t status = heliosdb_query_params(sql, (uint32_t)sql_length, parameters.bytes,
                                         parameters.length, first, &length);
  free(parameters.bytes);
  status = complete(status, &bytes, &length, first, heliosdb_fetch_result);
  PyObject *result;
  if (status == STATUS_OK) {
    Reader reader = {bytes, bytes + length};
    result = read_result(&reader);
  } else {
    result = raise_last_error();
  }
  if (bytes != first) free(bytes);
  return result;
}

/* --- Logs, transactions, the clock. --- */

PyObject *done_or_error(int32_t status) {
  return status == STATUS_OK ? Py_NewRef(Py_None) : raise_last_error();
}

static PyObject *py_log(PyObject *self, PyObject *args) {
  (void)self;
  unsigned int level;
  const char *text;
  Py_ssize_t length;
  if (!PyArg_ParseTuple(args, "Is#:heliosdb_log", &level, &text, &length)) return NULL;
  return done_or_error(heliosdb_log(level, text, (uint32_t)length));
}

static PyObject *py_begin(PyObject *self, PyObject *unused) {
  (void)self;
  (void)unused;
  return done_or_error(heliosdb_begin_tx());
}

static PyObject *py_commit(PyObject *self, PyObject *unused) {
  (void)self;
  (void)unused;
  return done_or_error(heliosdb_commit_tx());
}

static PyObject *py_rollback(PyObject *self, PyObject *unused) {
  (void)self;
  (void)unused;
  return done_or_error(heliosdb_rollback_tx());
}

static PyObject *py_now(PyObject *self, PyObject *unused) {
  (void)self;
  (void)unused;
  return PyLong_FromLongLong(heliosdb_now());
}

static PyMethodDef METHODS[] = {
    {"query", py_query, METH_VARARGS, NULL},
    {"log", py_log, METH_VARARGS, NULL},
    {"begin_tx", py_begin, METH_NOARGS, NULL},
    {"commit_tx", py_commit, METH_NOARGS, NULL},
    {"rollback_tx", py_rollback, METH_NOARGS, NULL},
    {"now", py_now, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
static PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, .m_name = "_heliosdb", .m_size = -1,
                             .m_methods = METHODS};

PyMODINIT_FUNC PyInit__heliosdb(void) {
  PyObject *module = PyModule_Create(&MODULE);
  if (module != NULL && PyModule_AddFunctions(module, SERVICES) < 0) Py_CLEAR(module);
  return module;
}

/* --- The life of a guest. --- */

/* Ends the call with what `engine.py` says of the current exception. */
static _Noreturn void fail(void) {
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback != NULL && value != NULL) PyException_SetTraceback(value, traceback);
  PyObject *told =
      value == NULL ? NULL : PyObject_CallMethod(engine_module, "describe_error", "O", value);
  int code = 1;
  const char *text, *stack;
  Py_ssize_t length, stack_length;
  if (told == NULL ||
      !PyArg_ParseTuple(told, "is#s#", &code, &text, &length, &stack, &stack_length)) {
    text = value != NULL && PyErr_GivenExceptionMatches(value, PyExc_MemoryError)
               ? "MemoryError: the procedure ran out of memory"
               : "the procedure failed with an exception that cannot be described";
    length = (Py_ssize_t)strlen(text);
    stack_length = 0;
  }
  if (stack_length == 0) heliosdb_error(code, text, (uint32_t)length);
  heliosdb_error_stack(code, text, (uint32_t)length, stack, (uint32_t)stack_length);
}

/* Starts the interpreter; the engine is what this leaves in memory. 0 when it worked. */
EXPORT(hdb_start) int32_t hdb_start(void) {
  PyPreConfig before;
  PyPreConfig_InitIsolatedConfig(&before);
  before.utf8_mode = 1;
  PyStatus status = Py_PreInitialize(&before);
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.module_search_paths_set = 1;
  PyWideStringList_Append(&config.module_search_paths, L"/lib");
  PyConfig_SetString(&config, &config.home, L"/");
  PyConfig_SetString(&config, &config.prefix, L"/");
  PyConfig_SetString(&config, &config.exec_prefix, L"/");
  config.site_import = 0;
  config.install_signal_handlers = 0;
  config.write_bytecode = 0;
  /* The library's own; programs are compiled with asserts and documentation. */
  config.optimization_level = 2;
  /* Fixed, so that a procedure gives the same answer in every instance. */
  config.use_hash_seed = 1;
  config.hash_seed = 0;
  if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
  if (PyStatus_Exception(status)) return 1;
  PyObject *sdk = PyImport_ImportModule("heliosdb_wasm");
  engine_module = PyImport_ImportModule("_heliosdb_engine");
  if (sdk == NULL || engine_module == NULL || !prepare_values(sdk)) {
    PyErr_Print();
    return 2;
  }
  query_error = PyObject_GetAttrString(sdk, "QueryError");
  query_result = PyObject_GetAttrString(sdk, "QueryResult");
  PyObject *sealed = PyObject_CallMethod(engine_module, "seal", NULL);
  if (query_error == NULL || query_result == NULL || sealed == NULL) {
    PyErr_Print();
    return 3;
  }
  Py_DECREF(sealed);
  Py_SetRecursionLimit(RECURSION_MAX);
  PyGC_Collect();
  is_started = true;
  return 0;
}

EXPORT(hdb_alloc) void *hdb_alloc(uint32_t size) { return malloc(size); }

/* Makes a program of a source; `request` is what `engine.py` takes, the answer ends with a zero. */
EXPORT(hdb_compile) const char *hdb_compile(const char *request, uint32_t length) {
  PyObject *answer =
      PyObject_CallMethod(engine_module, "compile_json", "s#", request, (Py_ssize_t)length);
  const char *text = answer == NULL ? NULL : PyUnicode_AsUTF8(answer);
  if (text == NULL) fail();
  return text;
}

/* Loads a program and runs its top level, once. */
EXPORT(hdb_load) void hdb_load(const uint8_t *program, uint32_t length, uint32_t flags) {
  PyObject *loaded = PyObject_CallMethod(engine_module, "load", "y#I", program,
                                         (Py_ssize_t)length, (unsigned int)flags);
  if (loaded == NULL) fail();
  Py_DECREF(loaded);
}

static int32_t give(PyObject *value) {
  if (value == Py_None) return heliosdb_return(NULL, 0, TYPE_SQLNULL);
  if (PyBool_Check(value)) {
    uint8_t byte = value == Py_True;
    return heliosdb_return(&byte, 1, TYPE_BOOLEAN);
  }
  if (PyFloat_CheckExact(value)) {
    double number = PyFloat_AS_DOUBLE(value);
    return heliosdb_return((const uint8_t *)&number, 8, TYPE_DOUBLE);
  }
  if (PyUnicode_CheckExact(value)) {
    Py_ssize_t length;
    const char *text = PyUnicode_AsUTF8AndSize(value, &length);
    if (text == NULL) fail();
    return heliosdb_return((const uint8_t *)text, (uint32_t)length, TYPE_VARCHAR);
  }
  if (PyLong_CheckExact(value)) {
    int overflow;
    int64_t number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (!overflow) return heliosdb_return((const uint8_t *)&number, 8, TYPE_BIGINT);
  }
  Writer writer = {0};
  if (!write_value(&writer, value, 0)) fail();
  int32_t status = heliosdb_return(writer.bytes, writer.length, TYPE_MESSAGE_PACK);
  free(writer.bytes);
  return status;
}

/* What `entry` said of the last function that was called; an instance seldom has another. */
static char *known_name;
static uint32_t known_name_length;
static PyObject *known_entry;

/* (function, parameters it must have, parameters it can have) */
static PyObject *find_entry(const char *name, uint32_t length) {
  if (known_name != NULL && length == known_name_length && memcmp(name, known_name, length) == 0) {
    return Py_NewRef(known_entry);
  }
  PyObject *entry = PyObject_CallMethod(engine_module, "entry", "s#", name, (Py_ssize_t)length);
  char *copy = entry == NULL ? NULL : malloc(length + 1);
  if (copy != NULL) {
    memcpy(copy, name, length);
    free(known_name);
    known_name = copy;
    known_name_length = length;
    Py_XSETREF(known_entry, Py_NewRef(entry));
  }
  return entry;
}

/* Ends what was printed without an end of line. */
static bool end_lines(void) {
  PyObject *has_open_line = PyObject_GetAttrString(engine_module, "has_open_line");
  bool is_done = has_open_line == Py_False;
  Py_XDECREF(has_open_line);
  if (is_done) return true;
  PyObject *ended = PyObject_CallMethod(engine_module, "end_call", NULL);
  Py_XDECREF(ended);
  return ended != NULL;
}

/* Calls the function `name` with the call's parameters and returns its result. */
EXPORT(hdb_call) int32_t hdb_call(const char *name, uint32_t length) {
  PyObject *entry = find_entry(name, length);
  PyObject *function;
  int required, accepted;
  if (entry == NULL || !PyArg_ParseTuple(entry, "Oii", &function, &required, &accepted)) fail();
  if (accepted > ARGUMENT_COUNT_MAX) accepted = ARGUMENT_COUNT_MAX;
  PyObject *arguments[ARGUMENT_COUNT_MAX];
  int count = 0;
  while (count < accepted) {
    arguments[count] = parameter((uint32_t)count);
    if (arguments[count] == NULL) {
      if (PyErr_Occurred()) fail();
      if (count >= required) break;
      raise_last_error();
      fail();
    }
    count++;
  }
  PyObject *result = PyObject_Vectorcall(function, arguments, (size_t)count, NULL);
  for (int index = 0; index < count; index++) Py_DECREF(arguments[index]);
  Py_DECREF(entry);
  if (result == NULL) fail();
  int32_t status = give(result);
  Py_DECREF(result);
  if (status != STATUS_OK) {
    raise_last_error();
    fail();
  }
  if (!end_lines()) fail();
  return 0;
}

EXPORT(heliosdb_abi_version) int32_t abi_version(void) { return ABI_VERSION; }
EXPORT(heliosdb_value_format) int32_t value_format(void) { return FORMAT_MESSAGE_PACK; }
