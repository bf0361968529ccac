/* Values between MessagePack and Ruby. */
#include "engine.h"

#include <math.h>
#include <mruby/numeric.h>
#include <mruby/time.h>
#include <stdlib.h>
#include <string.h>

#include "procedure_abi.h"
#include "temporal_text.h"

#define DEPTH_MAX 64
/* As many digits as a HUGEINT has; a number of more is a BIGNUM. */
#define HUGEINT_DIGITS_MAX 39
#define MICROS 1000000

struct RClass *sdk_class(mrb_state *mrb, const char *name) { return mrb_class_get(mrb, name); }

mrb_value blob(mrb_state *mrb, const uint8_t *bytes, uint32_t length) {
  mrb_value text = mrb_str_new(mrb, (const char *)bytes, length);
  mrb_basic_ptr(text)->c = sdk_class(mrb, "Blob");
  return text;
}

_Noreturn static void damaged(mrb_state *mrb) {
  mrb_raise(mrb, E_TYPE_ERROR, "malformed value from the database");
}

/* --- Reading. --- */

static const uint8_t *take(mrb_state *mrb, Reader *reader, uint64_t length) {
  if (length > (uint64_t)(reader->end - reader->at)) damaged(mrb);
  const uint8_t *bytes = reader->at;
  reader->at += length;
  return bytes;
}

static uint64_t take_number(mrb_state *mrb, Reader *reader, int width) {
  const uint8_t *bytes = take(mrb, reader, (uint64_t)width);
  uint64_t value = 0;
  for (int index = 0; index < width; index++) value = value << 8 | bytes[index];
  return value;
}

static uint64_t little_endian(const uint8_t *bytes, int width) {
  uint64_t value = 0;
  for (int index = width - 1; index >= 0; index--) value = value << 8 | bytes[index];
  return value;
}

static mrb_value text_of(mrb_state *mrb, const char *text) { return mrb_str_new_cstr(mrb, text); }

static mrb_value integer_of_digits(mrb_state *mrb, const char *digits, size_t length) {
  return mrb_str_to_integer(mrb, mrb_str_new(mrb, digits, length), 10, TRUE);
}

static mrb_value decimal(mrb_state *mrb, const char *digits, size_t length) {
  mrb_value text = mrb_str_new(mrb, digits, length);
  return mrb_funcall_argv(mrb, mrb_obj_value(sdk_class(mrb, "BigDecimal")),
                          mrb_intern_lit(mrb, "of_digits"), 1, &text);
}

/* A moment in UTC, or `infinity` as text, which no Time can be. */
static mrb_value moment(mrb_state *mrb, int64_t value, int64_t unit) {
  if (value == INT64_MAX || value == -INT64_MAX) {
    return text_of(mrb, value > 0 ? "infinity" : "-infinity");
  }
  int64_t seconds = value / unit - (value % unit < 0);
  int64_t micros = (value - seconds * unit) * (MICROS / unit);
  return mrb_time_at(mrb, seconds, micros, MRB_TIMEZONE_UTC);
}

static mrb_value date(mrb_state *mrb, int32_t days) {
  if (days == INT32_MAX || days == -INT32_MAX) {
    return text_of(mrb, days > 0 ? "infinity" : "-infinity");
  }
  mrb_value number = mrb_int_value(mrb, days);
  return mrb_funcall_argv(mrb, mrb_obj_value(sdk_class(mrb, "Date")),
                          mrb_intern_lit(mrb, "of_day_number"), 1, &number);
}

static mrb_value read_extension(mrb_state *mrb, Reader *reader, uint64_t length) {
  int8_t kind = (int8_t)*take(mrb, reader, 1);
  const uint8_t *bytes = take(mrb, reader, length);
  char text[TEMPORAL_TEXT_MAX] = {0};
  switch (kind) {
    case EXT_DECIMAL: return decimal(mrb, (const char *)bytes, length);
    case EXT_HUGEINT:
    case EXT_BIGNUM: return integer_of_digits(mrb, (const char *)bytes, length);
    case EXT_BIT: return mrb_str_new(mrb, (const char *)bytes, length);
    default: break;
  }
  if (kind == EXT_DATE && length == 4) return date(mrb, (int32_t)little_endian(bytes, 4));
  if (kind == EXT_UUID && length == 16) {
    uuid_text(text, bytes);
    return text_of(mrb, text);
  }
  if (kind == EXT_INTERVAL && length == 16) {
    interval_text(text, (int32_t)little_endian(bytes, 4), (int32_t)little_endian(bytes + 4, 4),
                  (int64_t)little_endian(bytes + 8, 8));
    return text_of(mrb, text);
  }
  if (kind == EXT_TIME_TZ && length == 12) {
    time_tz_text(text, (int64_t)little_endian(bytes, 8), (int32_t)little_endian(bytes + 8, 4));
    return text_of(mrb, text);
  }
  if (length != 8) damaged(mrb);
  int64_t value = (int64_t)little_endian(bytes, 8);
  switch (kind) {
    case EXT_TIME: time_text(text, value, MICROS); break;
    case EXT_TIME_NS: time_text(text, value, 1000000000); break;
    case EXT_TIMESTAMP_NS: timestamp_text(text, value, 1000000000); break;
    case EXT_TIMESTAMP:
    case EXT_TIMESTAMP_TZ: return moment(mrb, value, MICROS);
    case EXT_TIMESTAMP_S: return moment(mrb, value, 1);
    case EXT_TIMESTAMP_MS: return moment(mrb, value, 1000);
    default: damaged(mrb);
  }
  return text_of(mrb, text);
}

static mrb_value read_list(mrb_state *mrb, Reader *reader, uint64_t length, int depth) {
  /* A length that the bytes cannot hold must not be given memory. */
  if (length > (uint64_t)(reader->end - reader->at)) damaged(mrb);
  mrb_value list = mrb_ary_new_capa(mrb, (mrb_int)length);
  int arena = mrb_gc_arena_save(mrb);
  for (uint64_t index = 0; index < length; index++) {
    mrb_ary_push(mrb, list, read_value(mrb, reader, depth + 1));
    mrb_gc_arena_restore(mrb, arena);
  }
  return list;
}

static mrb_value read_map(mrb_state *mrb, Reader *reader, uint64_t length, int depth) {
  if (length > (uint64_t)(reader->end - reader->at)) damaged(mrb);
  mrb_value map = mrb_hash_new_capa(mrb, (mrb_int)length);
  int arena = mrb_gc_arena_save(mrb);
  for (uint64_t index = 0; index < length; index++) {
    mrb_value key = read_value(mrb, reader, depth + 1);
    mrb_hash_set(mrb, map, key, read_value(mrb, reader, depth + 1));
    mrb_gc_arena_restore(mrb, arena);
  }
  return map;
}

static mrb_value unsigned_integer(mrb_state *mrb, uint64_t number) {
  if (number <= INT64_MAX) return mrb_int_value(mrb, (mrb_int)number);
  char digits[24];
  char *at = digits + sizeof digits;
  for (; number != 0; number /= 10) *--at = (char)('0' + number % 10);
  return integer_of_digits(mrb, at, (size_t)(digits + sizeof digits - at));
}

mrb_value read_value(mrb_state *mrb, Reader *reader, int depth) {
  if (depth > DEPTH_MAX) damaged(mrb);
  uint8_t byte = *take(mrb, reader, 1);
  uint64_t number;
  if (byte <= 0x7f) return mrb_int_value(mrb, byte);
  if (byte <= 0x8f) return read_map(mrb, reader, byte & 0x0f, depth);
  if (byte <= 0x9f) return read_list(mrb, reader, byte & 0x0f, depth);
  if (byte >= 0xe0) return mrb_int_value(mrb, (int8_t)byte);
  if (byte <= 0xbf) {
    uint32_t length = byte & 0x1f;
    return mrb_str_new(mrb, (const char *)take(mrb, reader, length), length);
  }
  switch (byte) {
    case 0xc0: return mrb_nil_value();
    case 0xc2: return mrb_false_value();
    case 0xc3: return mrb_true_value();
    case 0xc4: case 0xc5: case 0xc6:
      number = take_number(mrb, reader, 1 << (byte - 0xc4));
      return blob(mrb, take(mrb, reader, number), (uint32_t)number);
    case 0xc7: case 0xc8: case 0xc9:
      return read_extension(mrb, reader, take_number(mrb, reader, 1 << (byte - 0xc7)));
    case 0xca: {
      uint32_t bits = (uint32_t)take_number(mrb, reader, 4);
      float value;
      memcpy(&value, &bits, sizeof value);
      return mrb_float_value(mrb, value);
    }
    case 0xcb: {
      uint64_t bits = take_number(mrb, reader, 8);
      double value;
      memcpy(&value, &bits, sizeof value);
      return mrb_float_value(mrb, value);
    }
    case 0xcc: case 0xcd: case 0xce: case 0xcf:
      return unsigned_integer(mrb, take_number(mrb, reader, 1 << (byte - 0xcc)));
    case 0xd0: return mrb_int_value(mrb, (int8_t)take_number(mrb, reader, 1));
    case 0xd1: return mrb_int_value(mrb, (int16_t)take_number(mrb, reader, 2));
    case 0xd2: return mrb_int_value(mrb, (int32_t)take_number(mrb, reader, 4));
    case 0xd3: return mrb_int_value(mrb, (int64_t)take_number(mrb, reader, 8));
    case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8:
      return read_extension(mrb, reader, 1u << (byte - 0xd4));
    case 0xd9: case 0xda: case 0xdb:
      number = take_number(mrb, reader, 1 << (byte - 0xd9));
      return mrb_str_new(mrb, (const char *)take(mrb, reader, number), (size_t)number);
    case 0xdc: case 0xdd:
      return read_list(mrb, reader, take_number(mrb, reader, 2 << (byte - 0xdc)), depth);
    case 0xde: case 0xdf:
      return read_map(mrb, reader, take_number(mrb, reader, 2 << (byte - 0xde)), depth);
    default: damaged(mrb);
  }
}

static int64_t read_length(mrb_state *mrb, Reader *reader, uint8_t fixed, uint8_t wide) {
  uint8_t head = *take(mrb, reader, 1);
  if ((head & 0xf0) == fixed) return head & 0x0f;
  if (head != wide && head != wide + 1) damaged(mrb);
  return (int64_t)take_number(mrb, reader, 2 << (head - wide));
}

int64_t read_list_length(mrb_state *mrb, Reader *reader) {
  return read_length(mrb, reader, 0x90, 0xdc);
}

int64_t read_map_length(mrb_state *mrb, Reader *reader) {
  return read_length(mrb, reader, 0x80, 0xde);
}

/* --- Writing. --- */

static void put(mrb_state *mrb, mrb_value bytes, const void *from, size_t length) {
  mrb_str_cat(mrb, bytes, from, length);
}

/* A marker and a big-endian number after it. */
static void put_number(mrb_state *mrb, mrb_value bytes, uint8_t marker, uint64_t value, int width) {
  uint8_t head[9] = {marker};
  for (int index = 0; index < width; index++) {
    head[1 + index] = (uint8_t)(value >> 8 * (width - 1 - index));
  }
  put(mrb, bytes, head, (size_t)width + 1);
}

static void put_integer(mrb_state *mrb, mrb_value bytes, int64_t value) {
  if (value >= -32 && value <= 127) {
    uint8_t byte = (uint8_t)value;
    put(mrb, bytes, &byte, 1);
  } else {
    put_number(mrb, bytes, 0xd3, (uint64_t)value, 8);
  }
}

static void put_float(mrb_state *mrb, mrb_value bytes, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  put_number(mrb, bytes, 0xcb, bits, 8);
}

static void put_text(mrb_state *mrb, mrb_value bytes, const char *text, size_t length) {
  put_number(mrb, bytes, 0xdb, length, 4);
  put(mrb, bytes, text, length);
}

static void put_extension(mrb_state *mrb, mrb_value bytes, uint8_t kind, const void *from,
                          size_t length) {
  put_number(mrb, bytes, 0xc9, length, 4);
  put(mrb, bytes, &kind, 1);
  put(mrb, bytes, from, length);
}

static void put_digits(mrb_state *mrb, mrb_value bytes, uint8_t kind, mrb_value number) {
  mrb_value digits = mrb_obj_as_string(mrb, number);
  if (kind == EXT_HUGEINT) {
    size_t count = (size_t)RSTRING_LEN(digits) - (RSTRING_PTR(digits)[0] == '-');
    if (count > HUGEINT_DIGITS_MAX) kind = EXT_BIGNUM;
  }
  put_extension(mrb, bytes, kind, RSTRING_PTR(digits), (size_t)RSTRING_LEN(digits));
}

static int64_t attribute(mrb_state *mrb, mrb_value value, const char *name) {
  return mrb_as_int(mrb, mrb_funcall_argv(mrb, value, mrb_intern_cstr(mrb, name), 0, NULL));
}

static void put_little_endian(mrb_state *mrb, mrb_value bytes, uint8_t kind, int64_t value,
                              int width) {
  uint8_t parts[8];
  for (int index = 0; index < width; index++) parts[index] = (uint8_t)((uint64_t)value >> 8 * index);
  put_extension(mrb, bytes, kind, parts, (size_t)width);
}

static bool is_a(mrb_state *mrb, mrb_value value, const char *name) {
  return mrb_obj_is_kind_of(mrb, value, sdk_class(mrb, name));
}

static void put_string(mrb_state *mrb, mrb_value bytes, mrb_value value) {
  if (is_a(mrb, value, "Blob")) {
    put_number(mrb, bytes, 0xc6, (uint64_t)RSTRING_LEN(value), 4);
    put(mrb, bytes, RSTRING_PTR(value), (size_t)RSTRING_LEN(value));
  } else {
    put_text(mrb, bytes, RSTRING_PTR(value), (size_t)RSTRING_LEN(value));
  }
}

static void put_list(mrb_state *mrb, mrb_value bytes, mrb_value list, int depth) {
  mrb_int length = RARRAY_LEN(list);
  put_number(mrb, bytes, 0xdd, (uint64_t)length, 4);
  for (mrb_int index = 0; index < length; index++) {
    write_value(mrb, bytes, mrb_ary_entry(list, index), depth + 1);
  }
}

static void put_map(mrb_state *mrb, mrb_value bytes, mrb_value map, int depth) {
  mrb_value keys = mrb_hash_keys(mrb, map);
  mrb_int length = RARRAY_LEN(keys);
  put_number(mrb, bytes, 0xdf, (uint64_t)length, 4);
  int arena = mrb_gc_arena_save(mrb);
  for (mrb_int index = 0; index < length; index++) {
    mrb_value key = mrb_ary_entry(keys, index);
    write_value(mrb, bytes, key, depth + 1);
    write_value(mrb, bytes, mrb_hash_get(mrb, map, key), depth + 1);
    mrb_gc_arena_restore(mrb, arena);
  }
}

/* Objects: those that SQL has, and what says of itself what it is made of. */
static void put_object(mrb_state *mrb, mrb_value bytes, mrb_value value, int depth) {
  if (is_a(mrb, value, "BigDecimal")) {
    put_digits(mrb, bytes, EXT_DECIMAL, value);
  } else if (is_a(mrb, value, "Date")) {
    put_little_endian(mrb, bytes, EXT_DATE, attribute(mrb, value, "day_number"), 4);
  } else if (is_a(mrb, value, "Time")) {
    int64_t micros = attribute(mrb, value, "to_i") * MICROS + attribute(mrb, value, "usec");
    put_little_endian(mrb, bytes, EXT_TIMESTAMP, micros, 8);
  } else if (is_a(mrb, value, "Set") || is_a(mrb, value, "Range")) {
    put_list(mrb, bytes, mrb_funcall_argv(mrb, value, mrb_intern_lit(mrb, "to_a"), 0, NULL), depth);
  } else if (mrb_respond_to(mrb, value, mrb_intern_lit(mrb, "to_h"))) {
    mrb_value map = mrb_funcall_argv(mrb, value, mrb_intern_lit(mrb, "to_h"), 0, NULL);
    put_map(mrb, bytes, mrb_ensure_hash_type(mrb, map), depth);
  } else {
    mrb_raisef(mrb, E_TYPE_ERROR,
               "a %C has no SQL counterpart; return a plain value, an Array or a Hash",
               mrb_obj_class(mrb, value));
  }
}

void write_value(mrb_state *mrb, mrb_value bytes, mrb_value value, int depth) {
  static const uint8_t plain[] = {0xc0, 0xc2, 0xc3};
  if (depth > DEPTH_MAX) {
    mrb_raise(mrb, E_ARGUMENT_ERROR, "a value is nested too deeply, or contains itself");
  }
  int arena = mrb_gc_arena_save(mrb);
  switch (mrb_type(value)) {
    case MRB_TT_FALSE: put(mrb, bytes, plain + (mrb_nil_p(value) ? 0 : 1), 1); break;
    case MRB_TT_TRUE: put(mrb, bytes, plain + 2, 1); break;
    case MRB_TT_INTEGER: put_integer(mrb, bytes, mrb_integer(value)); break;
    case MRB_TT_BIGINT: put_digits(mrb, bytes, EXT_HUGEINT, value); break;
    case MRB_TT_FLOAT: put_float(mrb, bytes, mrb_float(value)); break;
    case MRB_TT_STRING: put_string(mrb, bytes, value); break;
    case MRB_TT_SYMBOL: put_string(mrb, bytes, mrb_sym_str(mrb, mrb_symbol(value))); break;
    case MRB_TT_ARRAY: put_list(mrb, bytes, value, depth); break;
    case MRB_TT_HASH: put_map(mrb, bytes, value, depth); break;
    default: put_object(mrb, bytes, value, depth); break;
  }
  mrb_gc_arena_restore(mrb, arena);
}
