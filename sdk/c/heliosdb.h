/*
 * Write HeliosDB stored procedures in C or C++. One header, no library:
 *
 *   #include "heliosdb.h"
 *
 *   HELIOSDB_PROCEDURE(twice, "value DOUBLE", "DOUBLE", "Twice the value") {
 *     heliosdb_return_f64(2 * heliosdb_f64(heliosdb_param(0)));
 *   }
 *
 * Names, SQL types and the comment describe the procedure to `heliosdb compile`; they must be
 * string literals. A procedure that returns nothing returns NULL. Memory of values and rows stays
 * valid until the call ends, and is given back then.
 */
#ifndef HELIOSDB_H
#define HELIOSDB_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The host functions, as they are: see the ABI reference for traps and errors. ---- */

#define HELIOSDB_HOST(name) __attribute__((import_module("heliosdb"), import_name(#name)))

HELIOSDB_HOST(heliosdb_query)
int32_t heliosdb_host_query(const char *query, uint32_t query_len, uint8_t *result,
                            uint32_t *result_len);
HELIOSDB_HOST(heliosdb_query_params)
int32_t heliosdb_host_query_params(const char *query, uint32_t query_len, const uint8_t *params,
                                   uint32_t params_len, uint8_t *result, uint32_t *result_len);
HELIOSDB_HOST(heliosdb_fetch_result)
int32_t heliosdb_host_fetch_result(uint8_t *result, uint32_t *result_len);
HELIOSDB_HOST(heliosdb_last_error)
int32_t heliosdb_host_last_error(uint8_t *error, uint32_t *error_len);
HELIOSDB_HOST(heliosdb_get_param)
int32_t heliosdb_host_get_param(uint32_t index, uint8_t *value, uint32_t *value_len);
HELIOSDB_HOST(heliosdb_return)
int32_t heliosdb_host_return(const void *value, uint32_t value_len, uint32_t value_type);
HELIOSDB_HOST(heliosdb_log)
int32_t heliosdb_host_log(uint32_t level, const char *message, uint32_t message_len);
HELIOSDB_HOST(heliosdb_begin_tx) int32_t heliosdb_host_begin_tx(void);
HELIOSDB_HOST(heliosdb_commit_tx) int32_t heliosdb_host_commit_tx(void);
HELIOSDB_HOST(heliosdb_rollback_tx) int32_t heliosdb_host_rollback_tx(void);
HELIOSDB_HOST(heliosdb_now) int64_t heliosdb_host_now(void);
HELIOSDB_HOST(heliosdb_error)
void heliosdb_host_error(int32_t code, const char *message, uint32_t message_len);
HELIOSDB_HOST(heliosdb_error_stack)
void heliosdb_host_error_stack(int32_t code, const char *message, uint32_t message_len,
                               const char *stack, uint32_t stack_len);

HELIOSDB_HOST(heliosdb_metric_count)
int32_t heliosdb_host_metric_count(const char *name, uint32_t name_len, int64_t amount);
HELIOSDB_HOST(heliosdb_metric_observe)
int32_t heliosdb_host_metric_observe(const char *name, uint32_t name_len, double value);
HELIOSDB_HOST(heliosdb_cursor_open)
int32_t heliosdb_host_cursor_open(const char *query, uint32_t query_len, const uint8_t *params,
                                  uint32_t params_len, uint32_t *cursor);
HELIOSDB_HOST(heliosdb_cursor_next)
int32_t heliosdb_host_cursor_next(uint32_t cursor, uint32_t rows_max, uint8_t *result,
                                  uint32_t *result_len);
HELIOSDB_HOST(heliosdb_cursor_close) int32_t heliosdb_host_cursor_close(uint32_t cursor);
HELIOSDB_HOST(heliosdb_crypto_hash)
int32_t heliosdb_host_crypto_hash(uint32_t algorithm, const void *data, uint32_t data_len,
                                  uint8_t *hash, uint32_t *hash_len);
HELIOSDB_HOST(heliosdb_crypto_hmac)
int32_t heliosdb_host_crypto_hmac(uint32_t algorithm, const void *key, uint32_t key_len,
                                  const void *data, uint32_t data_len, uint8_t *code,
                                  uint32_t *code_len);
HELIOSDB_HOST(heliosdb_crypto_random)
int32_t heliosdb_host_crypto_random(void *bytes, uint32_t bytes_len);
HELIOSDB_HOST(heliosdb_crypto_seal)
int32_t heliosdb_host_crypto_seal(uint32_t cipher, const void *key, uint32_t key_len,
                                  const void *nonce, uint32_t nonce_len, const void *bound,
                                  uint32_t bound_len, const void *message, uint32_t message_len,
                                  uint8_t *sealed, uint32_t *sealed_len);
HELIOSDB_HOST(heliosdb_crypto_open)
int32_t heliosdb_host_crypto_open(uint32_t cipher, const void *key, uint32_t key_len,
                                  const void *nonce, uint32_t nonce_len, const void *bound,
                                  uint32_t bound_len, const void *sealed, uint32_t sealed_len,
                                  uint8_t *message, uint32_t *message_len);
HELIOSDB_HOST(heliosdb_crypto_verify)
int32_t heliosdb_host_crypto_verify(uint32_t algorithm, const void *key, uint32_t key_len,
                                    const void *message, uint32_t message_len,
                                    const void *signature, uint32_t signature_len);
HELIOSDB_HOST(heliosdb_crypto_equal)
int32_t heliosdb_host_crypto_equal(const void *left, uint32_t left_len, const void *right,
                                   uint32_t right_len);
HELIOSDB_HOST(heliosdb_fetch)
int32_t heliosdb_host_fetch(const uint8_t *request, uint32_t request_len, uint8_t *response,
                            uint32_t *response_len);

enum {
  HELIOSDB_OK = 0,
  HELIOSDB_BUFFER_TOO_SMALL = 1,
  HELIOSDB_ERROR = 2,
  HELIOSDB_END = 3,
  HELIOSDB_MISMATCH = 4
};
enum {
  HELIOSDB_TYPE_BOOLEAN = 1,
  HELIOSDB_TYPE_BIGINT = 5,
  HELIOSDB_TYPE_DOUBLE = 11,
  HELIOSDB_TYPE_VARCHAR = 17,
  HELIOSDB_TYPE_BLOB = 18,
  HELIOSDB_TYPE_DECIMAL = 19,
  HELIOSDB_TYPE_SQLNULL = 36,
  HELIOSDB_TYPE_JSON = 1000,
  HELIOSDB_TYPE_MESSAGE_PACK = 1001
};
enum {
  HELIOSDB_EXT_DECIMAL = 1,
  HELIOSDB_EXT_HUGEINT = 2,
  HELIOSDB_EXT_DATE = 3,
  HELIOSDB_EXT_TIME = 4,
  HELIOSDB_EXT_TIMESTAMP = 5,
  HELIOSDB_EXT_TIMESTAMP_TZ = 6,
  HELIOSDB_EXT_INTERVAL = 7,
  HELIOSDB_EXT_UUID = 8,
  HELIOSDB_EXT_BIT = 9,
  HELIOSDB_EXT_TIME_TZ = 10,
  HELIOSDB_EXT_BIGNUM = 11,
  HELIOSDB_EXT_TIME_NS = 12,
  HELIOSDB_EXT_TIMESTAMP_S = 13,
  HELIOSDB_EXT_TIMESTAMP_MS = 14,
  HELIOSDB_EXT_TIMESTAMP_NS = 15
};

/* ---- Errors and logs. ---- */

/* Ends the procedure with an error; `code` is for callers to tell errors apart. The database adds
 * the functions that led here. */
__attribute__((noreturn, format(printf, 2, 3))) static inline void heliosdb_fail(
    int32_t code, const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length > (int)sizeof text - 1) length = (int)sizeof text - 1;
  heliosdb_host_error_stack(code, text, (uint32_t)length, text, 0);
  __builtin_unreachable();
}

enum { HELIOSDB_DEBUG = 0, HELIOSDB_INFO = 1, HELIOSDB_WARN = 2, HELIOSDB_SEVERE = 3 };

/* Writes a line to the procedure's log. */
__attribute__((format(printf, 2, 3))) static inline void heliosdb_log(uint32_t level,
                                                                      const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length > (int)sizeof text - 1) length = (int)sizeof text - 1;
  heliosdb_host_log(level, text, (uint32_t)length);
}

/* ---- Memory of one call: blocks in a list, freed when the call ends. ---- */

typedef struct heliosdb_block {
  struct heliosdb_block *next;
} heliosdb_block;
static heliosdb_block *heliosdb_blocks;

static inline void *heliosdb_allocate(size_t size) {
  heliosdb_block *block = (heliosdb_block *)malloc(sizeof(heliosdb_block) + size);
  if (block == NULL) heliosdb_fail(1, "out of memory");
  block->next = heliosdb_blocks;
  heliosdb_blocks = block;
  return block + 1;
}

static inline void heliosdb_release(void) {
  while (heliosdb_blocks != NULL) {
    heliosdb_block *next = heliosdb_blocks->next;
    free(heliosdb_blocks);
    heliosdb_blocks = next;
  }
}

/* ---- Values. ---- */

typedef enum {
  HELIOSDB_KIND_NULL,
  HELIOSDB_KIND_BOOL,
  HELIOSDB_KIND_INT,   /* `number.integer` */
  HELIOSDB_KIND_FLOAT, /* `number.real` */
  HELIOSDB_KIND_TEXT,  /* `bytes`, ended by a zero beyond `length` */
  HELIOSDB_KIND_BLOB,
  HELIOSDB_KIND_LIST, /* `length` items; see heliosdb_item */
  HELIOSDB_KIND_MAP,  /* `length` keys with their values; see heliosdb_field */
  HELIOSDB_KIND_EXTENSION, /* `extension` names it: DECIMAL, DATE and so on, in `bytes` */
  HELIOSDB_KIND_UINT       /* beyond int64_t; `number.unsigned_integer` */
} heliosdb_kind;

typedef struct {
  heliosdb_kind kind;
  int8_t extension;
  uint32_t length;
  const uint8_t *bytes;
  union {
    int64_t integer;
    uint64_t unsigned_integer;
    double real;
  } number;
  /* The value as it was sent, for handing it on. */
  const uint8_t *raw;
  uint32_t raw_length;
} heliosdb_value;

typedef struct {
  const uint8_t *at;
  const uint8_t *end;
} heliosdb_reader;

static inline uint64_t heliosdb_take(heliosdb_reader *in, uint32_t width) {
  if ((uint64_t)(in->end - in->at) < width) heliosdb_fail(1, "malformed value from the database");
  uint64_t value = 0;
  for (uint32_t index = 0; index < width; index++) value = value << 8 | *in->at++;
  return value;
}

static inline const uint8_t *heliosdb_take_bytes(heliosdb_reader *in, uint64_t length) {
  if ((uint64_t)(in->end - in->at) < length) heliosdb_fail(1, "malformed value from the database");
  const uint8_t *bytes = in->at;
  in->at += length;
  return bytes;
}

static inline heliosdb_value heliosdb_read(heliosdb_reader *in, int depth);

static inline void heliosdb_skip(heliosdb_reader *in, uint64_t count, int depth) {
  while (count-- > 0) heliosdb_read(in, depth + 1);
}

/* Reads one value; lists and maps keep the bytes of what is in them. */
static inline heliosdb_value heliosdb_read(heliosdb_reader *in, int depth) {
  heliosdb_value value = {HELIOSDB_KIND_NULL, 0, 0, NULL, {0}, in->at, 0};
  if (depth > 64) heliosdb_fail(1, "malformed value from the database");
  uint8_t head = (uint8_t)heliosdb_take(in, 1);
  uint64_t length = 0;
  heliosdb_kind kind = HELIOSDB_KIND_INT;
  if (head <= 0x7f) {
    value.number.integer = head;
  } else if (head <= 0x8f) {
    kind = HELIOSDB_KIND_MAP;
    length = head & 0x0f;
  } else if (head <= 0x9f) {
    kind = HELIOSDB_KIND_LIST;
    length = head & 0x0f;
  } else if (head <= 0xbf) {
    kind = HELIOSDB_KIND_TEXT;
    length = head & 0x1f;
  } else if (head >= 0xe0) {
    value.number.integer = (int8_t)head;
  } else if (head == 0xc0) {
    kind = HELIOSDB_KIND_NULL;
  } else if (head == 0xc2 || head == 0xc3) {
    kind = HELIOSDB_KIND_BOOL;
    value.number.integer = head == 0xc3;
  } else if (head >= 0xc4 && head <= 0xc6) {
    kind = HELIOSDB_KIND_BLOB;
    length = heliosdb_take(in, 1u << (head - 0xc4));
  } else if (head >= 0xc7 && head <= 0xc9) {
    kind = HELIOSDB_KIND_EXTENSION;
    length = heliosdb_take(in, 1u << (head - 0xc7));
  } else if (head == 0xca) {
    kind = HELIOSDB_KIND_FLOAT;
    uint32_t bits = (uint32_t)heliosdb_take(in, 4);
    float real;
    memcpy(&real, &bits, sizeof real);
    value.number.real = real;
  } else if (head == 0xcb) {
    kind = HELIOSDB_KIND_FLOAT;
    uint64_t bits = heliosdb_take(in, 8);
    memcpy(&value.number.real, &bits, sizeof bits);
  } else if (head >= 0xcc && head <= 0xcf) {
    value.number.unsigned_integer = heliosdb_take(in, 1u << (head - 0xcc));
    if (value.number.unsigned_integer > INT64_MAX) kind = HELIOSDB_KIND_UINT;
  } else if (head >= 0xd0 && head <= 0xd3) {
    uint32_t width = 1u << (head - 0xd0);
    int shift = 64 - 8 * (int)width;
    value.number.integer = (int64_t)(heliosdb_take(in, width) << shift) >> shift;
  } else if (head >= 0xd4 && head <= 0xd8) {
    kind = HELIOSDB_KIND_EXTENSION;
    length = 1u << (head - 0xd4);
  } else if (head >= 0xd9 && head <= 0xdb) {
    kind = HELIOSDB_KIND_TEXT;
    length = heliosdb_take(in, 1u << (head - 0xd9));
  } else if (head == 0xdc || head == 0xdd) {
    kind = HELIOSDB_KIND_LIST;
    length = heliosdb_take(in, 2u << (head - 0xdc));
  } else if (head == 0xde || head == 0xdf) {
    kind = HELIOSDB_KIND_MAP;
    length = heliosdb_take(in, 2u << (head - 0xde));
  } else {
    heliosdb_fail(1, "malformed value from the database");
  }
  value.kind = kind;
  value.length = (uint32_t)length;
  value.bytes = in->at;
  if (kind == HELIOSDB_KIND_LIST) heliosdb_skip(in, length, depth);
  if (kind == HELIOSDB_KIND_MAP) heliosdb_skip(in, 2 * length, depth);
  if (kind == HELIOSDB_KIND_BLOB) heliosdb_take_bytes(in, length);
  if (kind == HELIOSDB_KIND_EXTENSION) {
    value.extension = (int8_t)heliosdb_take(in, 1);
    value.bytes = heliosdb_take_bytes(in, length);
  }
  if (kind == HELIOSDB_KIND_TEXT) {
    /* C wants a zero behind a text. */
    char *text = (char *)heliosdb_allocate(length + 1);
    memcpy(text, heliosdb_take_bytes(in, length), length);
    text[length] = 0;
    value.bytes = (const uint8_t *)text;
  }
  value.raw_length = (uint32_t)(in->at - value.raw);
  return value;
}

static inline bool heliosdb_is_null(heliosdb_value value) {
  return value.kind == HELIOSDB_KIND_NULL;
}

static inline bool heliosdb_bool(heliosdb_value value) {
  if (value.kind != HELIOSDB_KIND_BOOL) heliosdb_fail(1, "expected BOOLEAN");
  return value.number.integer != 0;
}

static inline bool heliosdb_is_decimal(heliosdb_value value) {
  return value.kind == HELIOSDB_KIND_EXTENSION &&
         (value.extension == HELIOSDB_EXT_DECIMAL || value.extension == HELIOSDB_EXT_HUGEINT ||
          value.extension == HELIOSDB_EXT_BIGNUM);
}

/* All digits of an integer of any width or a DECIMAL, such as "-12.50". */
static inline const char *heliosdb_digits(heliosdb_value value) {
  char *text = (char *)heliosdb_allocate(value.length + 24);
  if (value.kind == HELIOSDB_KIND_INT) {
    sprintf(text, "%lld", (long long)value.number.integer);
  } else if (value.kind == HELIOSDB_KIND_UINT) {
    sprintf(text, "%llu", (unsigned long long)value.number.unsigned_integer);
  } else {
    if (!heliosdb_is_decimal(value)) heliosdb_fail(1, "expected an integer or DECIMAL");
    memcpy(text, value.bytes, value.length);
    text[value.length] = 0;
  }
  return text;
}

/* An integer; a HUGEINT or DECIMAL without fraction when it fits. */
static inline int64_t heliosdb_i64(heliosdb_value value) {
  if (value.kind == HELIOSDB_KIND_INT) return value.number.integer;
  if (heliosdb_is_decimal(value) && value.length <= 19) {
    char *end;
    long long number = strtoll(heliosdb_digits(value), &end, 10);
    if (*end == '.') end += 1 + strspn(end + 1, "0");
    if (*end == 0) return number;
  }
  heliosdb_fail(1, "expected an integer");
}

/* An integer that is not negative; a HUGEINT when it fits. */
static inline uint64_t heliosdb_u64(heliosdb_value value) {
  if (value.kind == HELIOSDB_KIND_UINT) return value.number.unsigned_integer;
  int64_t number = heliosdb_i64(value);
  if (number < 0) heliosdb_fail(1, "expected an integer that is not negative");
  return (uint64_t)number;
}

static inline double heliosdb_f64(heliosdb_value value) {
  if (value.kind == HELIOSDB_KIND_FLOAT) return value.number.real;
  if (value.kind == HELIOSDB_KIND_UINT) return (double)value.number.unsigned_integer;
  if (value.kind == HELIOSDB_KIND_INT) return (double)value.number.integer;
  if (heliosdb_is_decimal(value)) return strtod(heliosdb_digits(value), NULL);
  heliosdb_fail(1, "expected a number");
}

static inline const char *heliosdb_text(heliosdb_value value) {
  if (value.kind != HELIOSDB_KIND_TEXT) heliosdb_fail(1, "expected VARCHAR");
  return (const char *)value.bytes;
}

static inline int64_t heliosdb_little_endian(heliosdb_value value, uint32_t width) {
  uint64_t number = 0;
  for (uint32_t index = width; index > 0; index--) number = number << 8 | value.bytes[index - 1];
  return (int64_t)number;
}

/* Days since 1970-01-01. */
static inline int32_t heliosdb_date(heliosdb_value value) {
  bool fits = value.kind == HELIOSDB_KIND_EXTENSION && value.length == 4;
  if (!fits || value.extension != HELIOSDB_EXT_DATE) heliosdb_fail(1, "expected DATE");
  return (int32_t)heliosdb_little_endian(value, 4);
}

/* Microseconds since 1970-01-01 00:00:00, of a TIMESTAMP with or without time zone. */
static inline int64_t heliosdb_timestamp(heliosdb_value value) {
  bool fits = value.kind == HELIOSDB_KIND_EXTENSION && value.length == 8;
  if (!fits || (value.extension != HELIOSDB_EXT_TIMESTAMP &&
                value.extension != HELIOSDB_EXT_TIMESTAMP_TZ)) {
    heliosdb_fail(1, "expected TIMESTAMP");
  }
  return heliosdb_little_endian(value, 8);
}

static inline void heliosdb_expect(heliosdb_value value, int8_t extension, uint32_t length,
                                   const char *type) {
  bool fits = value.kind == HELIOSDB_KIND_EXTENSION && value.length == length;
  if (!fits || value.extension != extension) heliosdb_fail(1, "expected %s", type);
}

/* Microseconds since midnight. */
static inline int64_t heliosdb_time(heliosdb_value value) {
  heliosdb_expect(value, HELIOSDB_EXT_TIME, 8, "TIME");
  return heliosdb_little_endian(value, 8);
}

/* Months, days and microseconds: none has a fixed number of the others. */
typedef struct {
  int32_t months;
  int32_t days;
  int64_t micros;
} heliosdb_interval_parts;

static inline heliosdb_interval_parts heliosdb_interval(heliosdb_value value) {
  heliosdb_expect(value, HELIOSDB_EXT_INTERVAL, 16, "INTERVAL");
  heliosdb_interval_parts parts = {(int32_t)heliosdb_little_endian(value, 4), 0, 0};
  value.bytes += 4;
  parts.days = (int32_t)heliosdb_little_endian(value, 4);
  value.bytes += 4;
  parts.micros = heliosdb_little_endian(value, 8);
  return parts;
}

/* The 16 bytes of a UUID, in the order they are printed. */
static inline const uint8_t *heliosdb_uuid(heliosdb_value value) {
  heliosdb_expect(value, HELIOSDB_EXT_UUID, 16, "UUID");
  return value.bytes;
}

/* The item of a list. */
static inline heliosdb_value heliosdb_item(heliosdb_value list, uint32_t index) {
  if (list.kind != HELIOSDB_KIND_LIST || index >= list.length) heliosdb_fail(1, "no such item");
  heliosdb_reader in = {list.bytes, (const uint8_t *)UINTPTR_MAX};
  heliosdb_skip(&in, index, 0);
  return heliosdb_read(&in, 0);
}

/* The value under a text key; NULL when there is none. */
static inline heliosdb_value heliosdb_field(heliosdb_value map, const char *name) {
  heliosdb_value absent = {HELIOSDB_KIND_NULL, 0, 0, NULL, {0}, (const uint8_t *)"\xc0", 1};
  if (map.kind != HELIOSDB_KIND_MAP) heliosdb_fail(1, "expected a STRUCT or MAP");
  heliosdb_reader in = {map.bytes, (const uint8_t *)UINTPTR_MAX};
  for (uint32_t index = 0; index < map.length; index++) {
    heliosdb_value key = heliosdb_read(&in, 0);
    heliosdb_value value = heliosdb_read(&in, 0);
    if (key.kind == HELIOSDB_KIND_TEXT && strcmp((const char *)key.bytes, name) == 0) return value;
  }
  return absent;
}

/* ---- Writing values: for placeholders of queries, and for results that are nested. ---- */

/* Begin with `heliosdb_writer out = {0};` and write one value, or a list with its items. */
typedef struct {
  uint8_t *bytes;
  uint32_t length;
  uint32_t capacity;
} heliosdb_writer;

static inline void heliosdb_write_bytes(heliosdb_writer *out, const void *bytes, size_t length) {
  if (length > out->capacity - out->length) {
    size_t capacity = 2 * (size_t)out->capacity + length + 64;
    uint8_t *grown = (uint8_t *)heliosdb_allocate(capacity);
    if (out->length > 0) memcpy(grown, out->bytes, out->length);
    out->bytes = grown;
    out->capacity = (uint32_t)capacity;
  }
  if (length > 0) memcpy(out->bytes + out->length, bytes, length);
  out->length += (uint32_t)length;
}

/* A marker and a big-endian number after it. */
static inline void heliosdb_write_marked(heliosdb_writer *out, uint8_t marker, uint64_t number,
                                         uint32_t width) {
  uint8_t bytes[9] = {marker};
  for (uint32_t index = 0; index < width; index++) {
    bytes[1 + index] = (uint8_t)(number >> 8 * (width - 1 - index));
  }
  heliosdb_write_bytes(out, bytes, width + 1);
}

static inline void heliosdb_write_extension(heliosdb_writer *out, uint8_t kind, const void *bytes,
                                            size_t length) {
  heliosdb_write_marked(out, 0xc9, length, 4);
  heliosdb_write_bytes(out, &kind, 1);
  heliosdb_write_bytes(out, bytes, length);
}

static inline void heliosdb_write_null(heliosdb_writer *out) {
  heliosdb_write_marked(out, 0xc0, 0, 0);
}
static inline void heliosdb_write_bool(heliosdb_writer *out, bool value) {
  heliosdb_write_marked(out, value ? 0xc3 : 0xc2, 0, 0);
}
static inline void heliosdb_write_i64(heliosdb_writer *out, int64_t value) {
  heliosdb_write_marked(out, 0xd3, (uint64_t)value, 8);
}
static inline void heliosdb_write_u64(heliosdb_writer *out, uint64_t value) {
  heliosdb_write_marked(out, 0xcf, value, 8);
}
static inline void heliosdb_write_f64(heliosdb_writer *out, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  heliosdb_write_marked(out, 0xcb, bits, 8);
}
static inline void heliosdb_write_text(heliosdb_writer *out, const char *text) {
  heliosdb_write_marked(out, 0xdb, strlen(text), 4);
  heliosdb_write_bytes(out, text, strlen(text));
}
static inline void heliosdb_write_blob(heliosdb_writer *out, const void *bytes, size_t length) {
  heliosdb_write_marked(out, 0xc6, length, 4);
  heliosdb_write_bytes(out, bytes, length);
}
/* Digits such as "-12.50". */
static inline void heliosdb_write_decimal(heliosdb_writer *out, const char *digits) {
  heliosdb_write_extension(out, HELIOSDB_EXT_DECIMAL, digits, strlen(digits));
}
/* Digits of an integer of up to 128 bits. */
static inline void heliosdb_write_hugeint(heliosdb_writer *out, const char *digits) {
  heliosdb_write_extension(out, HELIOSDB_EXT_HUGEINT, digits, strlen(digits));
}
/* Days since 1970-01-01. WebAssembly is little-endian, as the encoding is. */
static inline void heliosdb_write_date(heliosdb_writer *out, int32_t days) {
  heliosdb_write_extension(out, HELIOSDB_EXT_DATE, &days, sizeof days);
}
/* Microseconds since midnight. */
static inline void heliosdb_write_time(heliosdb_writer *out, int64_t micros) {
  heliosdb_write_extension(out, HELIOSDB_EXT_TIME, &micros, sizeof micros);
}
/* Microseconds since 1970-01-01 00:00:00. */
static inline void heliosdb_write_timestamp(heliosdb_writer *out, int64_t micros) {
  heliosdb_write_extension(out, HELIOSDB_EXT_TIMESTAMP, &micros, sizeof micros);
}
/* The same in UTC. */
static inline void heliosdb_write_timestamp_tz(heliosdb_writer *out, int64_t micros) {
  heliosdb_write_extension(out, HELIOSDB_EXT_TIMESTAMP_TZ, &micros, sizeof micros);
}
static inline void heliosdb_write_interval(heliosdb_writer *out, heliosdb_interval_parts parts) {
  heliosdb_write_extension(out, HELIOSDB_EXT_INTERVAL, &parts, 16);
}
static inline void heliosdb_write_uuid(heliosdb_writer *out, const uint8_t bytes[16]) {
  heliosdb_write_extension(out, HELIOSDB_EXT_UUID, bytes, 16);
}
/* A value of any type as it was received. */
static inline void heliosdb_write_value(heliosdb_writer *out, heliosdb_value value) {
  heliosdb_write_bytes(out, value.raw, value.raw_length);
}
/* A LIST or ARRAY: write its items behind it. */
static inline void heliosdb_write_list(heliosdb_writer *out, uint32_t item_count) {
  heliosdb_write_marked(out, 0xdd, item_count, 4);
}
/* A STRUCT or MAP: write its keys, each with its value, behind it. */
static inline void heliosdb_write_map(heliosdb_writer *out, uint32_t entry_count) {
  heliosdb_write_marked(out, 0xdf, entry_count, 4);
}

/* ---- Parameters, queries, results. ---- */

typedef int32_t (*heliosdb_again)(uint32_t index, uint8_t *bytes, uint32_t *length);

static inline int32_t heliosdb_fetch_parameter(uint32_t index, uint8_t *bytes, uint32_t *length) {
  return heliosdb_host_get_param(index, bytes, length);
}

static inline int32_t heliosdb_fetch_error(uint32_t index, uint8_t *bytes, uint32_t *length) {
  (void)index;
  return heliosdb_host_last_error(bytes, length);
}

static inline int32_t heliosdb_fetch_rows(uint32_t index, uint8_t *bytes, uint32_t *length) {
  (void)index;
  return heliosdb_host_fetch_result(bytes, length);
}

/* Fetches into memory of the call, `status` being what a first try into `bytes` came to. */
static inline heliosdb_value heliosdb_receive(int32_t status, heliosdb_again again, uint32_t index,
                                              uint8_t *bytes, uint32_t length);

static inline void heliosdb_check(int32_t status) {
  if (status == HELIOSDB_OK) return;
  uint32_t length = 1024;
  uint8_t *bytes = (uint8_t *)heliosdb_allocate(length);
  int32_t fetched = heliosdb_host_last_error(bytes, &length);
  if (status != HELIOSDB_ERROR || (fetched != HELIOSDB_OK && fetched != HELIOSDB_BUFFER_TOO_SMALL)) {
    heliosdb_fail(1, "unexpected status %d from the database", (int)status);
  }
  heliosdb_value error = heliosdb_receive(fetched, heliosdb_fetch_error, 0, bytes, length);
  heliosdb_fail(1, "%s (SQLSTATE %s)", heliosdb_text(heliosdb_field(error, "message")),
                heliosdb_text(heliosdb_field(error, "sqlstate")));
}

static inline heliosdb_value heliosdb_receive(int32_t status, heliosdb_again again, uint32_t index,
                                              uint8_t *bytes, uint32_t length) {
  if (status == HELIOSDB_BUFFER_TOO_SMALL) {
    bytes = (uint8_t *)heliosdb_allocate(length);
    status = again(index, bytes, &length);
  }
  heliosdb_check(status);
  heliosdb_reader in = {bytes, bytes + length};
  return heliosdb_read(&in, 0);
}

/* The parameter at `index`, counted from 0. */
static inline heliosdb_value heliosdb_param(uint32_t index) {
  uint32_t length = 256;
  uint8_t *bytes = (uint8_t *)heliosdb_allocate(length);
  int32_t status = heliosdb_host_get_param(index, bytes, &length);
  return heliosdb_receive(status, heliosdb_fetch_parameter, index, bytes, length);
}

/* The rows of a query; heliosdb_next steps to the first one. */
typedef struct {
  uint32_t row_count;
  uint32_t row_index; /* counted from 1 while there is a row */
  heliosdb_value columns;
  heliosdb_value row;
  heliosdb_reader rest;
} heliosdb_rows;

static inline heliosdb_rows heliosdb_rows_of(heliosdb_value result) {
  heliosdb_value list = heliosdb_field(result, "rows");
  heliosdb_rows rows = {list.length, 0, heliosdb_field(result, "columns"), list,
                        {list.bytes, (const uint8_t *)UINTPTR_MAX}};
  return rows;
}

/* Runs one SQL statement; an error ends the procedure. */
static inline heliosdb_rows heliosdb_query(const char *sql) {
  uint32_t length = 2048;
  uint8_t *bytes = (uint8_t *)heliosdb_allocate(length);
  int32_t status = heliosdb_host_query(sql, (uint32_t)strlen(sql), bytes, &length);
  return heliosdb_rows_of(heliosdb_receive(status, heliosdb_fetch_rows, 0, bytes, length));
}

/*
 * Runs one SQL statement with a list of values for its `?` or `$1` placeholders:
 *
 *   heliosdb_writer values = {0};
 *   heliosdb_write_list(&values, 1);
 *   heliosdb_write_text(&values, name);
 *   heliosdb_rows rows = heliosdb_query_params("SELECT id FROM customers WHERE name = ?", &values);
 */
static inline heliosdb_rows heliosdb_query_params(const char *sql, const heliosdb_writer *values) {
  uint32_t length = 2048;
  uint8_t *bytes = (uint8_t *)heliosdb_allocate(length);
  int32_t status = heliosdb_host_query_params(sql, (uint32_t)strlen(sql), values->bytes,
                                              values->length, bytes, &length);
  return heliosdb_rows_of(heliosdb_receive(status, heliosdb_fetch_rows, 0, bytes, length));
}

/* Runs one SQL statement that is printed first. For numbers; texts are safe as placeholders. */
__attribute__((format(printf, 1, 2))) static inline heliosdb_rows heliosdb_queryf(
    const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *sql = (char *)heliosdb_allocate((size_t)length + 1);
  va_start(arguments, format);
  vsnprintf(sql, (size_t)length + 1, format, arguments);
  va_end(arguments);
  return heliosdb_query(sql);
}

/* Steps to the next row; false when there is none. */
static inline bool heliosdb_next(heliosdb_rows *rows) {
  if (rows->row_index >= rows->row_count) return false;
  rows->row_index++;
  rows->row = heliosdb_read(&rows->rest, 0);
  return true;
}

/* A column of the current row, counted from 0. */
static inline heliosdb_value heliosdb_column(const heliosdb_rows *rows, uint32_t index) {
  if (rows->row_index == 0) heliosdb_fail(1, "the query returned no row, or none was stepped to");
  return heliosdb_item(rows->row, index);
}

static inline void heliosdb_begin_tx(void) { heliosdb_check(heliosdb_host_begin_tx()); }
static inline void heliosdb_commit_tx(void) { heliosdb_check(heliosdb_host_commit_tx()); }
static inline void heliosdb_rollback_tx(void) { heliosdb_check(heliosdb_host_rollback_tx()); }

/* Microseconds since 1970 at which the statement began, the same during the whole statement. */
static inline int64_t heliosdb_now(void) { return heliosdb_host_now(); }

static inline void heliosdb_give(const void *bytes, size_t length, uint32_t type) {
  heliosdb_check(heliosdb_host_return(bytes, (uint32_t)length, type));
}
static inline void heliosdb_return_null(void) { heliosdb_give(NULL, 0, HELIOSDB_TYPE_SQLNULL); }
static inline void heliosdb_return_bool(bool value) {
  uint8_t byte = value ? 1 : 0;
  heliosdb_give(&byte, 1, HELIOSDB_TYPE_BOOLEAN);
}
static inline void heliosdb_return_i64(int64_t value) {
  heliosdb_give(&value, sizeof value, HELIOSDB_TYPE_BIGINT);
}
static inline void heliosdb_return_f64(double value) {
  heliosdb_give(&value, sizeof value, HELIOSDB_TYPE_DOUBLE);
}
static inline void heliosdb_return_text(const char *text) {
  heliosdb_give(text, strlen(text), HELIOSDB_TYPE_VARCHAR);
}
/* Digits such as "-12.50". */
static inline void heliosdb_return_decimal(const char *digits) {
  heliosdb_give(digits, strlen(digits), HELIOSDB_TYPE_DECIMAL);
}
/* JSON text, for anything nested. */
static inline void heliosdb_return_json(const char *json) {
  heliosdb_give(json, strlen(json), HELIOSDB_TYPE_JSON);
}
static inline void heliosdb_return_blob(const void *bytes, size_t length) {
  heliosdb_give(bytes, length, HELIOSDB_TYPE_BLOB);
}
/* What was written: any value, nested ones with all their digits. */
static inline void heliosdb_return_written(const heliosdb_writer *out) {
  heliosdb_give(out->bytes, out->length, HELIOSDB_TYPE_MESSAGE_PACK);
}
/* A value of any type as it was received. */
static inline void heliosdb_return_value(heliosdb_value value) {
  heliosdb_give(value.raw, value.raw_length, HELIOSDB_TYPE_MESSAGE_PACK);
}

/* ---- Metrics of the procedure's own, shown by heliosdb_custom_metrics(). ---- */

/* Adds to a count. */
static inline void heliosdb_metric_count(const char *name, int64_t amount) {
  heliosdb_check(heliosdb_host_metric_count(name, (uint32_t)strlen(name), amount));
}
/* Reports a measured value. */
static inline void heliosdb_metric_observe(const char *name, double value) {
  heliosdb_check(heliosdb_host_metric_observe(name, (uint32_t)strlen(name), value));
}

/* ---- Cursors: results that are larger than the procedure's memory. ---- */

typedef struct {
  uint32_t number;
  uint32_t capacity;
  uint8_t *bytes;
} heliosdb_cursor;

/* As heliosdb_query_params; the rows are fetched in batches. */
static inline heliosdb_cursor heliosdb_cursor_open_params(const char *sql,
                                                          const heliosdb_writer *values) {
  heliosdb_cursor cursor = {0, 64 * 1024, NULL};
  cursor.bytes = (uint8_t *)heliosdb_allocate(cursor.capacity);
  heliosdb_check(heliosdb_host_cursor_open(sql, (uint32_t)strlen(sql), values->bytes,
                                           values->length, &cursor.number));
  return cursor;
}

/* Runs one SQL statement whose rows are fetched in batches. */
static inline heliosdb_cursor heliosdb_cursor_open(const char *sql) {
  heliosdb_writer none = {NULL, 0, 0};
  return heliosdb_cursor_open_params(sql, &none);
}

/* At most `rows_max` further rows, as many as fit for 0; false after the last. A batch stays valid
 * until the next one. */
static inline bool heliosdb_cursor_next(heliosdb_cursor *cursor, uint32_t rows_max,
                                        heliosdb_rows *rows) {
  uint32_t length = cursor->capacity;
  int32_t status = heliosdb_host_cursor_next(cursor->number, rows_max, cursor->bytes, &length);
  if (status == HELIOSDB_BUFFER_TOO_SMALL) {
    cursor->capacity = length;
    cursor->bytes = (uint8_t *)heliosdb_allocate(length);
    status = heliosdb_host_cursor_next(cursor->number, rows_max, cursor->bytes, &length);
  }
  if (status == HELIOSDB_END) return false;
  heliosdb_check(status);
  heliosdb_reader in = {cursor->bytes, cursor->bytes + length};
  heliosdb_value result = heliosdb_read(&in, 0);
  *rows = heliosdb_rows_of(result);
  return true;
}

/* Closes a cursor before the call ends. */
static inline void heliosdb_cursor_close(heliosdb_cursor *cursor) {
  heliosdb_check(heliosdb_host_cursor_close(cursor->number));
}

/* ---- Cryptography, for procedures that hold `crypto`. ---- */

typedef struct {
  const uint8_t *bytes;
  uint32_t length;
} heliosdb_bytes;

enum {
  HELIOSDB_SHA256 = 1,
  HELIOSDB_SHA384 = 2,
  HELIOSDB_SHA512 = 3,
  HELIOSDB_SHA3_256 = 4,
  HELIOSDB_SHA3_512 = 5
};
enum { HELIOSDB_AES_128_GCM = 1, HELIOSDB_AES_256_GCM = 2, HELIOSDB_CHACHA20_POLY1305 = 3 };
enum { HELIOSDB_ED25519 = 1 };

static inline heliosdb_bytes heliosdb_bytes_of(const void *bytes, size_t length) {
  heliosdb_bytes made = {(const uint8_t *)bytes, (uint32_t)length};
  return made;
}

/* The hash of some bytes. */
static inline heliosdb_bytes heliosdb_crypto_hash(uint32_t algorithm, heliosdb_bytes data) {
  uint32_t length = 64;
  uint8_t *hash = (uint8_t *)heliosdb_allocate(length);
  heliosdb_check(heliosdb_host_crypto_hash(algorithm, data.bytes, data.length, hash, &length));
  return heliosdb_bytes_of(hash, length);
}

/* The HMAC of some bytes; compare it with heliosdb_crypto_equal. */
static inline heliosdb_bytes heliosdb_crypto_hmac(uint32_t algorithm, heliosdb_bytes key,
                                                  heliosdb_bytes data) {
  uint32_t length = 64;
  uint8_t *code = (uint8_t *)heliosdb_allocate(length);
  heliosdb_check(heliosdb_host_crypto_hmac(algorithm, key.bytes, key.length, data.bytes,
                                           data.length, code, &length));
  return heliosdb_bytes_of(code, length);
}

/* Random bytes. */
static inline heliosdb_bytes heliosdb_crypto_random(size_t length) {
  uint8_t *bytes = (uint8_t *)heliosdb_allocate(length);
  heliosdb_check(heliosdb_host_crypto_random(bytes, (uint32_t)length));
  return heliosdb_bytes_of(bytes, length);
}

/* Encrypts a message under a nonce that the database draws and keeps in front of it. `bound` is
 * authenticated with the message: give the same to heliosdb_crypto_open. */
static inline heliosdb_bytes heliosdb_crypto_seal(uint32_t cipher, heliosdb_bytes key,
                                                  heliosdb_bytes bound, heliosdb_bytes message) {
  uint32_t length = message.length + 28;
  uint8_t *sealed = (uint8_t *)heliosdb_allocate(length);
  heliosdb_check(heliosdb_host_crypto_seal(cipher, key.bytes, key.length, NULL, 0, bound.bytes,
                                           bound.length, message.bytes, message.length, sealed,
                                           &length));
  return heliosdb_bytes_of(sealed, length);
}

/* Decrypts what heliosdb_crypto_seal sealed; an error when anything was changed. */
static inline heliosdb_bytes heliosdb_crypto_open(uint32_t cipher, heliosdb_bytes key,
                                                  heliosdb_bytes bound, heliosdb_bytes sealed) {
  uint32_t length = sealed.length;
  uint8_t *message = (uint8_t *)heliosdb_allocate(length + 1);
  heliosdb_check(heliosdb_host_crypto_open(cipher, key.bytes, key.length, NULL, 0, bound.bytes,
                                           bound.length, sealed.bytes, sealed.length, message,
                                           &length));
  return heliosdb_bytes_of(message, length);
}

static inline bool heliosdb_holds(int32_t status) {
  if (status == HELIOSDB_MISMATCH) return false;
  heliosdb_check(status);
  return true;
}

/* Whether an Ed25519 signature is the key's for the message. */
static inline bool heliosdb_crypto_verify(heliosdb_bytes key, heliosdb_bytes message,
                                          heliosdb_bytes signature) {
  return heliosdb_holds(heliosdb_host_crypto_verify(HELIOSDB_ED25519, key.bytes, key.length,
                                                    message.bytes, message.length,
                                                    signature.bytes, signature.length));
}

/* Whether two secrets are equal, in a time that tells nothing about where they differ. */
static inline bool heliosdb_crypto_equal(heliosdb_bytes left, heliosdb_bytes right) {
  return heliosdb_holds(
      heliosdb_host_crypto_equal(left.bytes, left.length, right.bytes, right.length));
}

/* ---- HTTPS, for procedures that hold `network:<domain>`. ---- */

typedef struct {
  int64_t status;
  heliosdb_value headers; /* a list of [name, value] */
  heliosdb_bytes body;
} heliosdb_response;

/* Writes a MessagePack text or blob behind `at` and returns where it ends. */
static inline uint8_t *heliosdb_put(uint8_t *at, uint8_t kind, const void *bytes, size_t length) {
  *at++ = kind;
  for (int shift = 24; shift >= 0; shift -= 8) *at++ = (uint8_t)(length >> shift);
  memcpy(at, bytes, length);
  return at + length;
}

static inline uint8_t *heliosdb_put_text(uint8_t *at, const char *text) {
  return heliosdb_put(at, 0xdb, text, strlen(text));
}

/* Asks a host. `headers` are names and values in turn, ended by NULL, or NULL for none. `body` may
 * be NULL. A status such as 404 is an answer, not an error. */
static inline heliosdb_response heliosdb_fetch(const char *method, const char *url,
                                               const char *const *headers,
                                               const heliosdb_bytes *body) {
  size_t size = 64 + strlen(method) + strlen(url) + (body == NULL ? 0 : body->length);
  uint32_t header_count = 0;
  while (headers != NULL && headers[2 * header_count] != NULL) {
    size += 10 + strlen(headers[2 * header_count]) + strlen(headers[2 * header_count + 1]);
    header_count++;
  }
  if (header_count > 64) heliosdb_fail(1, "a request with more than 64 headers");
  uint8_t *request = (uint8_t *)heliosdb_allocate(size);
  uint8_t *at = request;
  *at++ = (uint8_t)(0x82 + (header_count > 0) + (body != NULL));
  at = heliosdb_put_text(heliosdb_put_text(at, "method"), method);
  at = heliosdb_put_text(heliosdb_put_text(at, "url"), url);
  if (header_count > 0) {
    at = heliosdb_put_text(at, "headers");
    *at++ = 0xde;
    *at++ = 0;
    *at++ = (uint8_t)header_count;
    for (uint32_t index = 0; index < 2 * header_count; index++) {
      at = heliosdb_put_text(at, headers[index]);
    }
  }
  if (body != NULL) {
    at = heliosdb_put_text(at, "body");
    at = heliosdb_put(at, 0xc6, body->bytes, body->length);
  }
  uint32_t length = 4096;
  uint8_t *bytes = (uint8_t *)heliosdb_allocate(length);
  int32_t status = heliosdb_host_fetch(request, (uint32_t)(at - request), bytes, &length);
  heliosdb_value answer = heliosdb_receive(status, heliosdb_fetch_rows, 0, bytes, length);
  heliosdb_value content = heliosdb_field(answer, "body");
  heliosdb_response response = {heliosdb_i64(heliosdb_field(answer, "status")),
                                heliosdb_field(answer, "headers"),
                                {content.bytes, content.length}};
  return response;
}

/* ---- What the module tells the host. ---- */

__attribute__((export_name("heliosdb_abi_version"))) int32_t heliosdb_exported_abi_version(void);
__attribute__((export_name("heliosdb_value_format"))) int32_t heliosdb_exported_value_format(void);
__attribute__((weak)) int32_t heliosdb_exported_abi_version(void) { return 0x10002; }
__attribute__((weak)) int32_t heliosdb_exported_value_format(void) { return 1; }

/* Starts a procedure: its name, its parameters and result as SQL, what it is for; then its body. */
#define HELIOSDB_PROCEDURE(name, parameters, returns, comment)             \
  static void heliosdb_body_##name(void);                                  \
  __attribute__((export_name(#name))) int32_t heliosdb_entry_##name(void); \
  int32_t heliosdb_entry_##name(void) {                                    \
    heliosdb_body_##name();                                                \
    heliosdb_release();                                                    \
    return 0;                                                              \
  }                                                                        \
  static void heliosdb_body_##name(void)

#ifdef __cplusplus
}
#endif

#endif
