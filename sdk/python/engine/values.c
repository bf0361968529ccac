#include "values.h"

#include <datetime.h>
#include <string.h>

#include "procedure_abi.h"

#define DEPTH_MAX 64
#define MICROS_PER_SECOND 1000000LL
#define MICROS_PER_DAY 86400000000LL
/* Days from 0001-01-01 to 1970-01-01, and from there to 9999-12-31: all that Python can name. */
#define DAYS_MIN (-719162)
#define DAYS_MAX 2932896

static PyObject *decimal_type;
static PyObject *uuid_type;
static PyObject *sdk_module;

bool prepare_values(PyObject *sdk) {
  PyDateTime_IMPORT;
  PyObject *decimal = PyImport_ImportModule("decimal");
  PyObject *uuid = PyImport_ImportModule("uuid");
  if (PyDateTimeAPI == NULL || decimal == NULL || uuid == NULL) return false;
  decimal_type = PyObject_GetAttrString(decimal, "Decimal");
  uuid_type = PyObject_GetAttrString(uuid, "UUID");
  sdk_module = Py_NewRef(sdk);
  return decimal_type != NULL && uuid_type != NULL;
}

/* What the SDK's module makes of a value; a tuple is one argument and not several. */
static PyObject *ask_sdk(const char *name, PyObject *value) {
  PyObject *function = PyObject_GetAttrString(sdk_module, name);
  PyObject *answer = function == NULL ? NULL : PyObject_CallOneArg(function, value);
  Py_XDECREF(function);
  return answer;
}

static PyObject *damaged(void) {
  PyErr_SetString(PyExc_ValueError, "malformed value from the database");
  return NULL;
}

static bool take(Reader *reader, uint64_t length, const uint8_t **bytes) {
  if (length > (uint64_t)(reader->end - reader->at)) return false;
  *bytes = reader->at;
  reader->at += length;
  return true;
}

static bool take_number(Reader *reader, int width, uint64_t *value) {
  const uint8_t *bytes;
  if (!take(reader, (uint64_t)width, &bytes)) return false;
  *value = 0;
  for (int index = 0; index < width; index++) *value = *value << 8 | bytes[index];
  return true;
}

static uint64_t little_endian(const uint8_t *bytes, int width) {
  uint64_t value = 0;
  for (int index = width - 1; index >= 0; index--) value = value << 8 | bytes[index];
  return value;
}

static PyObject *text_of(const uint8_t *bytes, uint64_t length) {
  return PyUnicode_DecodeUTF8((const char *)bytes, (Py_ssize_t)length, NULL);
}

/* --- Dates and times from the host. --- */

static PyObject *out_of_range(const char *type) {
  PyErr_Format(PyExc_OverflowError,
               "a %s outside the years 1 to 9999, or infinite, has no Python counterpart: "
               "CAST it AS VARCHAR", type);
  return NULL;
}

/* The day in the calendar of year, month and day; years begin in March here, so that the leap day
 * is the last of its year. */
static void civil(int64_t days, int *year, int *month, int *day) {
  int64_t shifted = days + 719468;
  int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  int64_t day_of_era = shifted - era * 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_index = (5 * day_of_year + 2) / 153;
  *day = (int)(day_of_year - (153 * month_index + 2) / 5 + 1);
  *month = (int)(month_index < 10 ? month_index + 3 : month_index - 9);
  *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static PyObject *date_of(int64_t days) {
  if (days < DAYS_MIN || days > DAYS_MAX) return out_of_range("DATE");
  int year, month, day;
  civil(days, &year, &month, &day);
  return PyDate_FromDate(year, month, day);
}

static PyObject *time_of(int64_t micros, PyObject *zone) {
  if (micros < 0 || micros >= MICROS_PER_DAY) {
    PyErr_SetString(PyExc_OverflowError,
                    "the TIME 24:00:00 has no Python counterpart: CAST it AS VARCHAR");
    return NULL;
  }
  int64_t seconds = micros / MICROS_PER_SECOND;
  return PyDateTimeAPI->Time_FromTime((int)(seconds / 3600), (int)(seconds / 60 % 60),
                                      (int)(seconds % 60), (int)(micros % MICROS_PER_SECOND),
                                      zone, PyDateTimeAPI->TimeType);
}

static PyObject *datetime_of(int64_t micros, PyObject *zone) {
  int64_t days = micros / MICROS_PER_DAY;
  int64_t rest = micros % MICROS_PER_DAY;
  if (rest < 0) {
    days--;
    rest += MICROS_PER_DAY;
  }
  if (days < DAYS_MIN || days > DAYS_MAX) return out_of_range("TIMESTAMP");
  int year, month, day;
  civil(days, &year, &month, &day);
  int64_t seconds = rest / MICROS_PER_SECOND;
  return PyDateTimeAPI->DateTime_FromDateAndTime(
      year, month, day, (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60),
      (int)(rest % MICROS_PER_SECOND), zone, PyDateTimeAPI->DateTimeType);
}

/* Scales to microseconds; a value that leaves their range is out of Python's too. */
static PyObject *datetime_of_scaled(int64_t value, int64_t factor) {
  int64_t micros;
  if (__builtin_mul_overflow(value, factor, &micros)) return out_of_range("TIMESTAMP");
  return datetime_of(micros, Py_None);
}

/* Whole microseconds as Python's own type, with the nanoseconds beside them. */
static PyObject *with_nanoseconds(const char *type, PyObject *whole, int nanosecond) {
  if (whole == NULL) return NULL;
  PyObject *made = PyObject_CallMethod(sdk_module, type, "Oi", whole, nanosecond);
  Py_DECREF(whole);
  return made;
}

static PyObject *time_tz_of(int64_t micros, int32_t offset_seconds) {
  PyObject *offset = PyDelta_FromDSU(0, offset_seconds, 0);
  PyObject *zone = offset == NULL ? NULL : PyTimeZone_FromOffset(offset);
  Py_XDECREF(offset);
  if (zone == NULL) return NULL;
  PyObject *time = time_of(micros, zone);
  Py_DECREF(zone);
  return time;
}

/* A timedelta where no months are in it: they have no length of their own. */
static PyObject *interval_of(const uint8_t *bytes) {
  int32_t months = (int32_t)little_endian(bytes, 4);
  int32_t days = (int32_t)little_endian(bytes + 4, 4);
  int64_t micros = (int64_t)little_endian(bytes + 8, 8);
  int64_t whole_days = micros / MICROS_PER_DAY + days;
  int64_t rest = micros % MICROS_PER_DAY;
  if (months == 0 && whole_days > -999999999 && whole_days < 999999999) {
    return PyDelta_FromDSU((int)whole_days, (int)(rest / MICROS_PER_SECOND),
                           (int)(rest % MICROS_PER_SECOND));
  }
  return PyObject_CallMethod(sdk_module, "Interval", "iiL", (int)months, (int)days,
                             (long long)micros);
}

/* --- Values from the host. --- */

static PyObject *integer_of_digits(const uint8_t *bytes, uint64_t length) {
  char digits[64];
  if (length < sizeof digits) {
    memcpy(digits, bytes, length);
    digits[length] = 0;
    return PyLong_FromString(digits, NULL, 10);
  }
  /* Python refuses to read very long numbers unless asked to. */
  return PyObject_CallMethod(sdk_module, "_integer", "s#", bytes, (Py_ssize_t)length);
}

static PyObject *read_extension(Reader *reader, uint64_t length) {
  const uint8_t *head;
  const uint8_t *bytes;
  if (!take(reader, 1, &head) || !take(reader, length, &bytes)) return damaged();
  int8_t kind = (int8_t)*head;
  if (kind == EXT_DECIMAL) {
    return PyObject_CallFunction(decimal_type, "s#", bytes, (Py_ssize_t)length);
  }
  if (kind == EXT_HUGEINT || kind == EXT_BIGNUM) return integer_of_digits(bytes, length);
  if (kind == EXT_BIT) return text_of(bytes, length);
  if (kind == EXT_DATE && length == 4) return date_of((int32_t)little_endian(bytes, 4));
  if (kind == EXT_UUID && length == 16) {
    return PyObject_CallFunction(uuid_type, "Oy#", Py_None, bytes, (Py_ssize_t)length);
  }
  if (kind == EXT_INTERVAL && length == 16) return interval_of(bytes);
  if (kind == EXT_TIME_TZ && length == 12) {
    return time_tz_of((int64_t)little_endian(bytes, 8), (int32_t)little_endian(bytes + 8, 4));
  }
  if (length != 8) return damaged();
  int64_t value = (int64_t)little_endian(bytes, 8);
  int nanosecond = (int)(value % 1000);
  int64_t micros = value / 1000;
  if (nanosecond < 0) {
    micros--;
    nanosecond += 1000;
  }
  switch (kind) {
    case EXT_TIME: return time_of(value, Py_None);
    case EXT_TIME_NS: return with_nanoseconds("_time_ns", time_of(micros, Py_None), nanosecond);
    case EXT_TIMESTAMP: return datetime_of(value, Py_None);
    case EXT_TIMESTAMP_S: return datetime_of_scaled(value, MICROS_PER_SECOND);
    case EXT_TIMESTAMP_MS: return datetime_of_scaled(value, 1000);
    case EXT_TIMESTAMP_NS:
      return with_nanoseconds("_timestamp_ns", datetime_of(micros, Py_None), nanosecond);
    case EXT_TIMESTAMP_TZ: return datetime_of(value, PyDateTime_TimeZone_UTC);
    default: return damaged();
  }
}

static PyObject *read_list(Reader *reader, uint64_t length, int depth) {
  /* Every item takes a byte at least: a lying length allocates nothing. */
  if (length > (uint64_t)(reader->end - reader->at)) return damaged();
  PyObject *list = PyList_New((Py_ssize_t)length);
  for (uint64_t index = 0; list != NULL && index < length; index++) {
    PyObject *item = read_value(reader, depth + 1);
    if (item == NULL) Py_CLEAR(list);
    else PyList_SET_ITEM(list, (Py_ssize_t)index, item);
  }
  return list;
}

/* What is in a list or dict made hashable, for the keys of a MAP. */
static PyObject *key_of(PyObject *value) {
  if (value == NULL || !(PyList_CheckExact(value) || PyDict_CheckExact(value))) return value;
  PyObject *frozen = ask_sdk("_frozen", value);
  Py_DECREF(value);
  return frozen;
}

static PyObject *read_map(Reader *reader, uint64_t length, int depth) {
  PyObject *map = PyDict_New();
  for (uint64_t index = 0; map != NULL && index < length; index++) {
    PyObject *key = key_of(read_value(reader, depth + 1));
    PyObject *item = key == NULL ? NULL : read_value(reader, depth + 1);
    if (item == NULL || PyDict_SetItem(map, key, item) < 0) Py_CLEAR(map);
    Py_XDECREF(key);
    Py_XDECREF(item);
  }
  return map;
}

static PyObject *read_float(Reader *reader, int width) {
  uint64_t number;
  if (!take_number(reader, width, &number)) return damaged();
  if (width == 4) {
    uint32_t bits = (uint32_t)number;
    float value;
    memcpy(&value, &bits, sizeof value);
    return PyFloat_FromDouble(value);
  }
  double value;
  memcpy(&value, &number, sizeof value);
  return PyFloat_FromDouble(value);
}

PyObject *read_value(Reader *reader, int depth) {
  const uint8_t *head;
  const uint8_t *bytes;
  uint64_t number = 0;
  if (depth > DEPTH_MAX || !take(reader, 1, &head)) return damaged();
  uint8_t byte = *head;
  if (byte <= 0x7f) return PyLong_FromLong(byte);
  if (byte <= 0x8f) return read_map(reader, byte & 0x0f, depth);
  if (byte <= 0x9f) return read_list(reader, byte & 0x0f, depth);
  if (byte >= 0xe0) return PyLong_FromLong((int8_t)byte);
  if (byte <= 0xbf) {
    return take(reader, byte & 0x1f, &bytes) ? text_of(bytes, byte & 0x1f) : damaged();
  }
  switch (byte) {
    case 0xc0: return Py_NewRef(Py_None);
    case 0xc2: return Py_NewRef(Py_False);
    case 0xc3: return Py_NewRef(Py_True);
    case 0xc4: case 0xc5: case 0xc6:
      if (!take_number(reader, 1 << (byte - 0xc4), &number)) return damaged();
      if (!take(reader, number, &bytes)) return damaged();
      return PyBytes_FromStringAndSize((const char *)bytes, (Py_ssize_t)number);
    case 0xc7: case 0xc8: case 0xc9:
      if (!take_number(reader, 1 << (byte - 0xc7), &number)) return damaged();
      return read_extension(reader, number);
    case 0xca: return read_float(reader, 4);
    case 0xcb: return read_float(reader, 8);
    case 0xcc: case 0xcd: case 0xce: case 0xcf:
      if (!take_number(reader, 1 << (byte - 0xcc), &number)) return damaged();
      return PyLong_FromUnsignedLongLong(number);
    case 0xd0: case 0xd1: case 0xd2: case 0xd3: {
      int width = 1 << (byte - 0xd0);
      if (!take_number(reader, width, &number)) return damaged();
      int unused = 64 - 8 * width;
      return PyLong_FromLongLong((int64_t)(number << unused) >> unused);
    }
    case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8:
      return read_extension(reader, 1u << (byte - 0xd4));
    case 0xd9: case 0xda: case 0xdb:
      if (!take_number(reader, 1 << (byte - 0xd9), &number)) return damaged();
      return take(reader, number, &bytes) ? text_of(bytes, number) : damaged();
    case 0xdc: case 0xdd:
      if (!take_number(reader, 2 << (byte - 0xdc), &number)) return damaged();
      return read_list(reader, number, depth);
    case 0xde: case 0xdf:
      if (!take_number(reader, 2 << (byte - 0xde), &number)) return damaged();
      return read_map(reader, number, depth);
    default: return damaged();
  }
}

static int64_t read_length(Reader *reader, uint8_t fixed, uint8_t wide) {
  const uint8_t *head;
  uint64_t length = 0;
  if (take(reader, 1, &head)) {
    if ((*head & 0xf0) == fixed) return *head & 0x0f;
    if ((*head == wide || *head == wide + 1) && take_number(reader, 2 << (*head - wide), &length)) {
      return (int64_t)length;
    }
  }
  damaged();
  return -1;
}

int64_t read_list_length(Reader *reader) { return read_length(reader, 0x90, 0xdc); }

int64_t read_map_length(Reader *reader) { return read_length(reader, 0x80, 0xde); }

/* --- Values to the host. --- */

static bool put(Writer *writer, const void *bytes, size_t length) {
  if (length > writer->capacity - writer->length) {
    size_t capacity = (size_t)writer->capacity * 2 + length + 64;
    uint8_t *grown = capacity > UINT32_MAX / 2 ? NULL : realloc(writer->bytes, capacity);
    if (grown == NULL) {
      PyErr_NoMemory();
      return false;
    }
    writer->bytes = grown;
    writer->capacity = (uint32_t)capacity;
  }
  if (length > 0) memcpy(writer->bytes + writer->length, bytes, length);
  writer->length += (uint32_t)length;
  return true;
}

static bool put_byte(Writer *writer, uint8_t byte) { return put(writer, &byte, 1); }

/* A marker and a big-endian number after it. */
static bool put_number(Writer *writer, uint8_t marker, uint64_t value, int width) {
  uint8_t bytes[9] = {marker};
  for (int index = 0; index < width; index++) {
    bytes[1 + index] = (uint8_t)(value >> 8 * (width - 1 - index));
  }
  return put(writer, bytes, (size_t)width + 1);
}

static bool put_extension(Writer *writer, uint8_t kind, const void *bytes, size_t length) {
  return put_number(writer, 0xc9, length, 4) && put_byte(writer, kind) &&
         put(writer, bytes, length);
}

static bool put_little_endian(Writer *writer, uint8_t kind, int64_t value, int width) {
  uint8_t bytes[8];
  for (int index = 0; index < width; index++) bytes[index] = (uint8_t)((uint64_t)value >> 8 * index);
  return put_extension(writer, kind, bytes, (size_t)width);
}

static bool put_text(Writer *writer, PyObject *value) {
  Py_ssize_t length;
  const char *text = PyUnicode_AsUTF8AndSize(value, &length);
  return text != NULL && put_number(writer, 0xdb, (uint64_t)length, 4) &&
         put(writer, text, (size_t)length);
}

static bool put_integer(Writer *writer, PyObject *value) {
  int overflow;
  long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
  if (number == -1 && !overflow && PyErr_Occurred()) return false;
  if (!overflow) {
    if (number >= -32 && number <= 127) return put_byte(writer, (uint8_t)number);
    return put_number(writer, 0xd3, (uint64_t)number, 8);
  }
  PyObject *digits = ask_sdk("_digits", value);
  if (digits == NULL) return false;
  Py_ssize_t length;
  const char *text = PyUnicode_AsUTF8AndSize(digits, &length);
  uint8_t kind = length <= 39 ? EXT_HUGEINT : EXT_BIGNUM;
  bool done = text != NULL && put_extension(writer, kind, text, (size_t)length);
  Py_DECREF(digits);
  return done;
}

static bool put_float(Writer *writer, PyObject *value) {
  double number = PyFloat_AS_DOUBLE(value);
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return put_number(writer, 0xcb, bits, 8);
}

static bool put_bytes(Writer *writer, PyObject *value) {
  Py_buffer view;
  if (PyObject_GetBuffer(value, &view, PyBUF_SIMPLE) < 0) return false;
  bool done = put_number(writer, 0xc6, (uint64_t)view.len, 4) &&
              put(writer, view.buf, (size_t)view.len);
  PyBuffer_Release(&view);
  return done;
}

/* What the module says a value is instead: a simpler one, or (kind, bytes) for an extension. */
static bool put_translated(Writer *writer, PyObject *value, int depth) {
  PyObject *plain = ask_sdk("_to_sql", value);
  if (plain == NULL) return false;
  bool done = false;
  PyObject *bytes = PyTuple_CheckExact(plain) && PyTuple_GET_SIZE(plain) == 2
                        ? PyTuple_GET_ITEM(plain, 1)
                        : NULL;
  if (bytes != NULL && PyBytes_CheckExact(bytes)) {
    long kind = PyLong_AsLong(PyTuple_GET_ITEM(plain, 0));
    done = put_extension(writer, (uint8_t)kind, PyBytes_AS_STRING(bytes),
                         (size_t)PyBytes_GET_SIZE(bytes));
  } else {
    done = write_value(writer, plain, depth + 1);
  }
  Py_DECREF(plain);
  return done;
}

static int64_t days_before(int year, int month, int day) {
  int64_t shifted = month <= 2 ? year - 1 : year;
  int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  int64_t year_of_era = shifted - era * 400;
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

/* A datetime without zone or a plain date; the rest is the module's. */
static bool put_day(Writer *writer, PyObject *value, bool is_datetime) {
  int64_t days = days_before(PyDateTime_GET_YEAR(value), PyDateTime_GET_MONTH(value),
                             PyDateTime_GET_DAY(value));
  if (!is_datetime) return put_little_endian(writer, EXT_DATE, days, 4);
  int64_t seconds = PyDateTime_DATE_GET_HOUR(value) * 3600LL +
                    PyDateTime_DATE_GET_MINUTE(value) * 60LL + PyDateTime_DATE_GET_SECOND(value);
  int64_t micros = days * MICROS_PER_DAY + seconds * MICROS_PER_SECOND +
                   PyDateTime_DATE_GET_MICROSECOND(value);
  return put_little_endian(writer, EXT_TIMESTAMP, micros, 8);
}

static bool put_items(Writer *writer, PyObject *value, int depth) {
  PyObject *items = PySequence_Fast(value, "a list was expected");
  if (items == NULL) return false;
  bool done = write_list_length(writer, (uint32_t)PySequence_Fast_GET_SIZE(items));
  for (Py_ssize_t index = 0; done && index < PySequence_Fast_GET_SIZE(items); index++) {
    done = write_value(writer, PySequence_Fast_GET_ITEM(items, index), depth + 1);
  }
  Py_DECREF(items);
  return done;
}

static bool put_dict(Writer *writer, PyObject *value, int depth) {
  if (!put_number(writer, 0xdf, (uint64_t)PyDict_GET_SIZE(value), 4)) return false;
  PyObject *key;
  PyObject *item;
  Py_ssize_t position = 0;
  while (PyDict_Next(value, &position, &key, &item)) {
    if (!write_value(writer, key, depth + 1) || !write_value(writer, item, depth + 1)) return false;
  }
  return true;
}

bool write_list_length(Writer *writer, uint32_t length) {
  return put_number(writer, 0xdd, length, 4);
}

bool write_value(Writer *writer, PyObject *value, int depth) {
  if (depth > DEPTH_MAX) {
    PyErr_SetString(PyExc_ValueError, "a value is nested too deeply, or contains itself");
    return false;
  }
  if (value == Py_None) return put_byte(writer, 0xc0);
  if (PyBool_Check(value)) return put_byte(writer, value == Py_True ? 0xc3 : 0xc2);
  if (PyLong_CheckExact(value)) return put_integer(writer, value);
  if (PyFloat_CheckExact(value)) return put_float(writer, value);
  if (PyUnicode_CheckExact(value)) return put_text(writer, value);
  if (PyList_Check(value) || PyTuple_CheckExact(value)) return put_items(writer, value, depth);
  if (PyDict_Check(value)) return put_dict(writer, value, depth);
  if (PyBytes_Check(value) || PyByteArray_Check(value) || PyMemoryView_Check(value)) {
    return put_bytes(writer, value);
  }
  if (PyDateTime_CheckExact(value) && PyDateTime_DATE_GET_TZINFO(value) == Py_None) {
    return put_day(writer, value, true);
  }
  if (PyDate_CheckExact(value)) return put_day(writer, value, false);
  return put_translated(writer, value, depth);
}
