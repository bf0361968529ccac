/* The host's services beside queries: cursors, cryptography, requests and metrics. */
#include "engine.h"

#include <stdlib.h>

#include "granted_folders.h"
#include "procedure_abi.h"

#define BATCH_BYTES (64 * 1024)
#define RESPONSE_BYTES 4096
#define HASH_BYTES_MAX 64
/* A nonce in front of a sealed message, and a tag behind it. */
#define SEAL_BYTES 28
#define RANDOM_BYTES_MAX (1 << 20)

/* --- Cursors. --- */

static PyObject *cursor_open(PyObject *self, PyObject *args) {
  (void)self;
  const char *sql;
  Py_ssize_t length;
  PyObject *values;
  if (!PyArg_ParseTuple(args, "s#O:heliosdb_cursor_open", &sql, &length, &values)) return NULL;
  Writer parameters = {0};
  if (!write_parameters(&parameters, values)) return NULL;
  uint32_t number = 0;
  int32_t status = heliosdb_cursor_open(sql, (uint32_t)length, parameters.bytes,
                                        parameters.length, &number);
  free(parameters.bytes);
  return status == STATUS_OK ? PyLong_FromUnsignedLong(number) : raise_last_error();
}

/* The next rows, None after the last. */
static PyObject *cursor_next(PyObject *self, PyObject *args) {
  (void)self;
  unsigned int number, rows_max;
  if (!PyArg_ParseTuple(args, "II:next_batch", &number, &rows_max)) return NULL;
  uint32_t length = BATCH_BYTES;
  uint8_t *bytes = malloc(length);
  if (bytes == NULL) return PyErr_NoMemory();
  int32_t status = heliosdb_cursor_next(number, rows_max, bytes, &length);
  if (status == STATUS_BUFFER_TOO_SMALL) {
    free(bytes);
    bytes = malloc(length);
    if (bytes == NULL) return PyErr_NoMemory();
    status = heliosdb_cursor_next(number, rows_max, bytes, &length);
  }
  PyObject *rows;
  if (status == STATUS_OK) {
    Reader reader = {bytes, bytes + length};
    rows = read_result(&reader);
  } else {
    rows = status == STATUS_END ? Py_NewRef(Py_None) : raise_last_error();
  }
  free(bytes);
  return rows;
}

static PyObject *cursor_close(PyObject *self, PyObject *args) {
  (void)self;
  unsigned int number;
  if (!PyArg_ParseTuple(args, "I:close", &number)) return NULL;
  return done_or_error(heliosdb_cursor_close(number));
}

/* --- Cryptography. Texts are taken as their UTF-8 bytes. --- */

static const uint8_t *start_of(const Py_buffer *view) { return view->buf; }
static uint32_t size_of(const Py_buffer *view) { return (uint32_t)view->len; }

static PyObject *bytes_or_error(int32_t status, const uint8_t *bytes, uint32_t length) {
  if (status != STATUS_OK) return raise_last_error();
  return PyBytes_FromStringAndSize((const char *)bytes, (Py_ssize_t)length);
}

static PyObject *holds_or_error(int32_t status) {
  if (status == STATUS_OK) Py_RETURN_TRUE;
  if (status == STATUS_MISMATCH) Py_RETURN_FALSE;
  return raise_last_error();
}

static PyObject *crypto_hash(PyObject *self, PyObject *args) {
  (void)self;
  unsigned int algorithm;
  Py_buffer data;
  if (!PyArg_ParseTuple(args, "Is*:heliosdb_crypto_hash", &algorithm, &data)) return NULL;
  uint8_t hash[HASH_BYTES_MAX];
  uint32_t length = sizeof hash;
  int32_t status = heliosdb_crypto_hash(algorithm, start_of(&data), size_of(&data), hash, &length);
  PyBuffer_Release(&data);
  return bytes_or_error(status, hash, length);
}

static PyObject *crypto_hmac(PyObject *self, PyObject *args) {
  (void)self;
  unsigned int algorithm;
  Py_buffer key, data;
  if (!PyArg_ParseTuple(args, "Is*s*:heliosdb_crypto_hmac", &algorithm, &key, &data)) return NULL;
  uint8_t code[HASH_BYTES_MAX];
  uint32_t length = sizeof code;
  int32_t status = heliosdb_crypto_hmac(algorithm, start_of(&key), size_of(&key), start_of(&data),
                                        size_of(&data), code, &length);
  PyBuffer_Release(&key);
  PyBuffer_Release(&data);
  return bytes_or_error(status, code, length);
}

static PyObject *crypto_random(PyObject *self, PyObject *args) {
  (void)self;
  Py_ssize_t length;
  if (!PyArg_ParseTuple(args, "n:heliosdb_crypto_random", &length)) return NULL;
  if (length < 0 || length > RANDOM_BYTES_MAX) {
    PyErr_Format(PyExc_ValueError, "random bytes come 0 to %d at a time", RANDOM_BYTES_MAX);
    return NULL;
  }
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, length);
  if (bytes == NULL) return NULL;
  int32_t status = heliosdb_crypto_random((uint8_t *)PyBytes_AS_STRING(bytes), (uint32_t)length);
  if (status == STATUS_OK) return bytes;
  Py_DECREF(bytes);
  return raise_last_error();
}

typedef int32_t (*Sealing)(uint32_t, const uint8_t *, uint32_t, const uint8_t *, uint32_t,
                           const uint8_t *, uint32_t, const uint8_t *, uint32_t, uint8_t *,
                           uint32_t *);

static PyObject *seal_or_open(PyObject *args, Sealing call, uint32_t added) {
  unsigned int cipher;
  Py_buffer key, bound, message;
  if (!PyArg_ParseTuple(args, "Is*s*s*:heliosdb_crypto", &cipher, &key, &bound, &message)) {
    return NULL;
  }
  uint32_t length = size_of(&message) + added;
  uint8_t *bytes = malloc(length + 1);
  PyObject *result = NULL;
  if (bytes == NULL) {
    PyErr_NoMemory();
  } else {
    int32_t status =
        call(cipher, start_of(&key), size_of(&key), NULL, 0, start_of(&bound), size_of(&bound),
             start_of(&message), size_of(&message), bytes, &length);
    result = bytes_or_error(status, bytes, length);
    free(bytes);
  }
  PyBuffer_Release(&key);
  PyBuffer_Release(&bound);
  PyBuffer_Release(&message);
  return result;
}

static PyObject *crypto_seal(PyObject *self, PyObject *args) {
  (void)self;
  return seal_or_open(args, heliosdb_crypto_seal, SEAL_BYTES);
}

static PyObject *crypto_open(PyObject *self, PyObject *args) {
  (void)self;
  return seal_or_open(args, heliosdb_crypto_open, 0);
}

static PyObject *crypto_verify(PyObject *self, PyObject *args) {
  (void)self;
  unsigned int algorithm;
  Py_buffer key, message, signature;
  if (!PyArg_ParseTuple(args, "Is*s*s*:heliosdb_crypto_verify", &algorithm, &key, &message,
                        &signature)) {
    return NULL;
  }
  int32_t status = heliosdb_crypto_verify(algorithm, start_of(&key), size_of(&key),
                                          start_of(&message), size_of(&message),
                                          start_of(&signature), size_of(&signature));
  PyBuffer_Release(&key);
  PyBuffer_Release(&message);
  PyBuffer_Release(&signature);
  return holds_or_error(status);
}

static PyObject *crypto_equal(PyObject *self, PyObject *args) {
  (void)self;
  Py_buffer left, right;
  if (!PyArg_ParseTuple(args, "s*s*:heliosdb_crypto_equal", &left, &right)) return NULL;
  int32_t status = heliosdb_crypto_equal(start_of(&left), size_of(&left), start_of(&right),
                                         size_of(&right));
  PyBuffer_Release(&left);
  PyBuffer_Release(&right);
  return holds_or_error(status);
}

/* --- Requests. --- */

static PyObject *fetch(PyObject *self, PyObject *request) {
  (void)self;
  Writer writer = {0};
  if (!write_value(&writer, request, 0)) {
    free(writer.bytes);
    return NULL;
  }
  uint8_t first[RESPONSE_BYTES];
  uint8_t *bytes;
  uint32_t length = sizeof first;
  int32_t status = heliosdb_fetch(writer.bytes, writer.length, first, &length);
  free(writer.bytes);
  status = complete(status, &bytes, &length, first, heliosdb_fetch_result);
  PyObject *response;
  if (status == STATUS_OK) {
    Reader reader = {bytes, bytes + length};
    response = read_value(&reader, 0);
  } else {
    response = raise_last_error();
  }
  if (bytes != first) free(bytes);
  return response;
}

/* --- Metrics. --- */

static PyObject *metric_count(PyObject *self, PyObject *args) {
  (void)self;
  const char *name;
  Py_ssize_t length;
  long long amount;
  if (!PyArg_ParseTuple(args, "s#L:heliosdb_metric_count", &name, &length, &amount)) return NULL;
  return done_or_error(heliosdb_metric_count(name, (uint32_t)length, amount));
}

static PyObject *metric_observe(PyObject *self, PyObject *args) {
  (void)self;
  const char *name;
  Py_ssize_t length;
  double value;
  if (!PyArg_ParseTuple(args, "s#d:heliosdb_metric_observe", &name, &length, &value)) return NULL;
  return done_or_error(heliosdb_metric_observe(name, (uint32_t)length, value));
}

/* --- Files. --- */

static bool add_folder(const char *path, void *list) {
  PyObject *text = PyUnicode_FromString(path);
  bool done = text != NULL && PyList_Append(list, text) == 0;
  Py_XDECREF(text);
  return done;
}

/* The paths of the granted folders, which the C library knows from then on. */
static PyObject *folders(PyObject *self, PyObject *unused) {
  (void)self;
  (void)unused;
  PyObject *list = PyList_New(0);
  if (list == NULL || register_folders(add_folder, list)) return list;
  Py_DECREF(list);
  return PyErr_Occurred() ? NULL : PyErr_NoMemory();
}

PyMethodDef SERVICES[] = {
    {"folders", folders, METH_NOARGS, NULL},
    {"cursor_open", cursor_open, METH_VARARGS, NULL},
    {"cursor_next", cursor_next, METH_VARARGS, NULL},
    {"cursor_close", cursor_close, METH_VARARGS, NULL},
    {"crypto_hash", crypto_hash, METH_VARARGS, NULL},
    {"crypto_hmac", crypto_hmac, METH_VARARGS, NULL},
    {"crypto_random", crypto_random, METH_VARARGS, NULL},
    {"crypto_seal", crypto_seal, METH_VARARGS, NULL},
    {"crypto_open", crypto_open, METH_VARARGS, NULL},
    {"crypto_verify", crypto_verify, METH_VARARGS, NULL},
    {"crypto_equal", crypto_equal, METH_VARARGS, NULL},
    {"fetch", fetch, METH_O, NULL},
    {"metric_count", metric_count, METH_VARARGS, NULL},
    {"metric_observe", metric_observe, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
