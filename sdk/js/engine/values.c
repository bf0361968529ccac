#include "values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "procedure_abi.h"
#include "temporal_text.h"

#define DEPTH_MAX 64
/* As many digits as a HUGEINT has; a number of more is a BIGNUM. */
#define HUGEINT_DIGITS_MAX 39

static JSValue decimal_type;
static JSValue decimal_make;

void use_decimal(JSContext *ctx, JSValueConst type, JSValueConst make) {
  decimal_type = JS_DupValue(ctx, type);
  decimal_make = JS_DupValue(ctx, make);
}

static JSValue damaged(JSContext *ctx) {
  return JS_ThrowTypeError(ctx, "malformed value from the database");
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

static JSValue integer(JSContext *ctx, int64_t value) {
  if (value >= -SAFE_INTEGER_MAX && value <= SAFE_INTEGER_MAX) return JS_NewInt64(ctx, value);
  return JS_NewBigInt64(ctx, value);
}

/* Digits as a number when it holds them, else as a BigInt. */
static JSValue big_integer(JSContext *ctx, const char *digits, size_t length) {
  if (length <= 15) return JS_NewInt64(ctx, strtoll(digits, NULL, 10));
  JSValue global = JS_GetGlobalObject(ctx);
  JSValue convert = JS_GetPropertyStr(ctx, global, "BigInt");
  JSValue text = JS_NewStringLen(ctx, digits, length);
  JSValueConst arguments[] = {text};
  JSValue value = JS_Call(ctx, convert, JS_UNDEFINED, 1, arguments);
  JS_FreeValue(ctx, text);
  JS_FreeValue(ctx, convert);
  JS_FreeValue(ctx, global);
  return value;
}

static JSValue decimal(JSContext *ctx, const char *digits, size_t length) {
  JSValue text = JS_NewStringLen(ctx, digits, length);
  if (JS_IsException(text)) return JS_EXCEPTION;
  JSValueConst arguments[] = {text};
  JSValue value = JS_Call(ctx, decimal_make, JS_UNDEFINED, 1, arguments);
  JS_FreeValue(ctx, text);
  return value;
}

static JSValue read_extension(JSContext *ctx, Reader *reader, uint64_t length) {
  const uint8_t *head;
  const uint8_t *bytes;
  if (!take(reader, 1, &head) || !take(reader, length, &bytes)) return damaged(ctx);
  int8_t kind = (int8_t)*head;
  char text[TEMPORAL_TEXT_MAX] = {0};
  if (kind == EXT_DECIMAL || kind == EXT_HUGEINT || kind == EXT_BIGNUM) {
    /* The digits need an end that the bytes do not have. */
    char *digits = js_strndup(ctx, (const char *)bytes, length);
    if (digits == NULL) return JS_EXCEPTION;
    JSValue value = kind == EXT_DECIMAL ? decimal(ctx, digits, length)
                                        : big_integer(ctx, digits, length);
    js_free(ctx, digits);
    return value;
  }
  if (kind == EXT_BIT) return JS_NewStringLen(ctx, (const char *)bytes, length);
  if (kind == EXT_DATE && length == 4) {
    date_text(text, (int32_t)little_endian(bytes, 4));
    return JS_NewString(ctx, text);
  }
  if (kind == EXT_UUID && length == 16) {
    uuid_text(text, bytes);
    return JS_NewString(ctx, text);
  }
  if (kind == EXT_INTERVAL && length == 16) {
    interval_text(text, (int32_t)little_endian(bytes, 4), (int32_t)little_endian(bytes + 4, 4),
                  (int64_t)little_endian(bytes + 8, 8));
    return JS_NewString(ctx, text);
  }
  if (kind == EXT_TIME_TZ && length == 12) {
    time_tz_text(text, (int64_t)little_endian(bytes, 8), (int32_t)little_endian(bytes + 8, 4));
    return JS_NewString(ctx, text);
  }
  if (length != 8) return damaged(ctx);
  int64_t value = (int64_t)little_endian(bytes, 8);
  switch (kind) {
    case EXT_TIME: time_text(text, value, 1000000); break;
    case EXT_TIME_NS: time_text(text, value, 1000000000); break;
    case EXT_TIMESTAMP: timestamp_text(text, value, 1000000); break;
    case EXT_TIMESTAMP_S: timestamp_text(text, value, 1); break;
    case EXT_TIMESTAMP_MS: timestamp_text(text, value, 1000); break;
    case EXT_TIMESTAMP_NS: timestamp_text(text, value, 1000000000); break;
    case EXT_TIMESTAMP_TZ:
      timestamp_text(text, value, 1000000);
      if (strchr(text, 'T') != NULL) strcat(text, "Z");
      break;
    default: return damaged(ctx);
  }
  return JS_NewString(ctx, text);
}

static JSValue read_list(JSContext *ctx, Reader *reader, uint64_t length, int depth) {
  JSValue list = JS_NewArray(ctx);
  for (uint64_t index = 0; index < length; index++) {
    JSValue item = read_value(ctx, reader, depth + 1);
    if (JS_IsException(item) || JS_SetPropertyUint32(ctx, list, (uint32_t)index, item) < 0) {
      JS_FreeValue(ctx, list);
      return JS_EXCEPTION;
    }
  }
  return list;
}

/* An object while all keys are text; a MAP with other keys becomes a list of pairs. */
static JSValue read_map(JSContext *ctx, Reader *reader, uint64_t length, int depth) {
  const uint8_t *start = reader->at;
  JSValue object = JS_NewObject(ctx);
  bool is_object = true;
  for (uint64_t index = 0; index < length && is_object; index++) {
    JSValue key = read_value(ctx, reader, depth + 1);
    is_object = JS_IsString(key);
    if (!is_object) {
      bool failed = JS_IsException(key);
      JS_FreeValue(ctx, key);
      if (failed) goto fail;
      break;
    }
    JSAtom name = JS_ValueToAtom(ctx, key);
    JS_FreeValue(ctx, key);
    JSValue item = read_value(ctx, reader, depth + 1);
    int failed =
        JS_IsException(item) || JS_DefinePropertyValue(ctx, object, name, item, JS_PROP_C_W_E) < 0;
    JS_FreeAtom(ctx, name);
    if (failed) goto fail;
  }
  if (is_object) return object;
  JS_FreeValue(ctx, object);
  reader->at = start;
  JSValue pairs = JS_NewArray(ctx);
  for (uint64_t index = 0; index < length; index++) {
    JSValue pair = read_list(ctx, reader, 2, depth);
    if (JS_IsException(pair) || JS_SetPropertyUint32(ctx, pairs, (uint32_t)index, pair) < 0) {
      JS_FreeValue(ctx, pairs);
      return JS_EXCEPTION;
    }
  }
  return pairs;

fail:
  JS_FreeValue(ctx, object);
  return JS_EXCEPTION;
}

JSValue read_value(JSContext *ctx, Reader *reader, int depth) {
  const uint8_t *head;
  const uint8_t *bytes;
  uint64_t number = 0;
  if (depth > DEPTH_MAX || !take(reader, 1, &head)) return damaged(ctx);
  uint8_t byte = *head;
  if (byte <= 0x7f) return JS_NewInt32(ctx, byte);
  if (byte <= 0x8f) return read_map(ctx, reader, byte & 0x0f, depth);
  if (byte <= 0x9f) return read_list(ctx, reader, byte & 0x0f, depth);
  if (byte >= 0xe0) return JS_NewInt32(ctx, (int8_t)byte);
  if (byte <= 0xbf) {
    if (!take(reader, byte & 0x1f, &bytes)) return damaged(ctx);
    return JS_NewStringLen(ctx, (const char *)bytes, byte & 0x1f);
  }
  switch (byte) {
    case 0xc0: return JS_NULL;
    case 0xc2: return JS_FALSE;
    case 0xc3: return JS_TRUE;
    case 0xc4: case 0xc5: case 0xc6:
      if (!take_number(reader, 1 << (byte - 0xc4), &number)) return damaged(ctx);
      if (!take(reader, number, &bytes)) return damaged(ctx);
      return JS_NewUint8ArrayCopy(ctx, bytes, number);
    case 0xc7: case 0xc8: case 0xc9:
      if (!take_number(reader, 1 << (byte - 0xc7), &number)) return damaged(ctx);
      return read_extension(ctx, reader, number);
    case 0xca: {
      if (!take_number(reader, 4, &number)) return damaged(ctx);
      uint32_t bits = (uint32_t)number;
      float value;
      memcpy(&value, &bits, sizeof value);
      return JS_NewNumber(ctx, value);
    }
    case 0xcb: {
      if (!take_number(reader, 8, &number)) return damaged(ctx);
      double value;
      memcpy(&value, &number, sizeof value);
      return JS_NewNumber(ctx, value);
    }
    case 0xcc: case 0xcd: case 0xce:
      if (!take_number(reader, 1 << (byte - 0xcc), &number)) return damaged(ctx);
      return JS_NewInt64(ctx, (int64_t)number);
    case 0xcf:
      if (!take_number(reader, 8, &number)) return damaged(ctx);
      return number > INT64_MAX ? JS_NewBigUint64(ctx, number) : integer(ctx, (int64_t)number);
    case 0xd0:
      if (!take_number(reader, 1, &number)) return damaged(ctx);
      return JS_NewInt32(ctx, (int8_t)number);
    case 0xd1:
      if (!take_number(reader, 2, &number)) return damaged(ctx);
      return JS_NewInt32(ctx, (int16_t)number);
    case 0xd2:
      if (!take_number(reader, 4, &number)) return damaged(ctx);
      return JS_NewInt32(ctx, (int32_t)number);
    case 0xd3:
      if (!take_number(reader, 8, &number)) return damaged(ctx);
      return integer(ctx, (int64_t)number);
    case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8:
      return read_extension(ctx, reader, 1u << (byte - 0xd4));
    case 0xd9: case 0xda: case 0xdb:
      if (!take_number(reader, 1 << (byte - 0xd9), &number)) return damaged(ctx);
      if (!take(reader, number, &bytes)) return damaged(ctx);
      return JS_NewStringLen(ctx, (const char *)bytes, number);
    case 0xdc: case 0xdd:
      if (!take_number(reader, 2 << (byte - 0xdc), &number)) return damaged(ctx);
      return read_list(ctx, reader, number, depth);
    case 0xde: case 0xdf:
      if (!take_number(reader, 2 << (byte - 0xde), &number)) return damaged(ctx);
      return read_map(ctx, reader, number, depth);
    default: return damaged(ctx);
  }
}

static int64_t read_length(JSContext *ctx, Reader *reader, uint8_t fixed, uint8_t wide) {
  const uint8_t *head;
  uint64_t length = 0;
  if (take(reader, 1, &head)) {
    if ((*head & 0xf0) == fixed) return *head & 0x0f;
    if ((*head == wide || *head == wide + 1) && take_number(reader, 2 << (*head - wide), &length)) {
      return (int64_t)length;
    }
  }
  damaged(ctx);
  return -1;
}

int64_t read_list_length(JSContext *ctx, Reader *reader) {
  return read_length(ctx, reader, 0x90, 0xdc);
}

int64_t read_map_length(JSContext *ctx, Reader *reader) {
  return read_length(ctx, reader, 0x80, 0xde);
}

static bool put(JSContext *ctx, Writer *writer, const void *bytes, size_t length) {
  if (length > writer->capacity - writer->length) {
    size_t capacity = (size_t)writer->capacity * 2 + length + 64;
    uint8_t *grown = realloc(writer->bytes, capacity);
    if (grown == NULL) {
      JS_ThrowOutOfMemory(ctx);
      return false;
    }
    writer->bytes = grown;
    writer->capacity = (uint32_t)capacity;
  }
  if (length > 0) memcpy(writer->bytes + writer->length, bytes, length);
  writer->length += (uint32_t)length;
  return true;
}

static bool put_byte(JSContext *ctx, Writer *writer, uint8_t byte) {
  return put(ctx, writer, &byte, 1);
}

/* A marker and a big-endian number after it. */
static bool put_number(JSContext *ctx, Writer *writer, uint8_t marker, uint64_t value, int width) {
  uint8_t bytes[9] = {marker};
  for (int index = 0; index < width; index++) {
    bytes[1 + index] = (uint8_t)(value >> 8 * (width - 1 - index));
  }
  return put(ctx, writer, bytes, (size_t)width + 1);
}

static bool put_integer(JSContext *ctx, Writer *writer, int64_t value) {
  if (value >= -32 && value <= 127) return put_byte(ctx, writer, (uint8_t)value);
  return put_number(ctx, writer, 0xd3, (uint64_t)value, 8);
}

static bool put_float(JSContext *ctx, Writer *writer, double value) {
  if (value == floor(value) && fabs(value) <= SAFE_INTEGER_MAX && !(value == 0 && signbit(value))) {
    return put_integer(ctx, writer, (int64_t)value);
  }
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return put_number(ctx, writer, 0xcb, bits, 8);
}

static bool put_text(JSContext *ctx, Writer *writer, const char *text, size_t length) {
  return put_number(ctx, writer, 0xdb, length, 4) && put(ctx, writer, text, length);
}

static bool put_string(JSContext *ctx, Writer *writer, JSValueConst value) {
  size_t length;
  const char *text = JS_ToCStringLen(ctx, &length, value);
  if (text == NULL) return false;
  bool done = put_text(ctx, writer, text, length);
  JS_FreeCString(ctx, text);
  return done;
}

static bool put_digits(JSContext *ctx, Writer *writer, uint8_t kind, const char *digits,
                       size_t length) {
  return put_number(ctx, writer, 0xc9, length, 4) && put(ctx, writer, &kind, 1) &&
         put(ctx, writer, digits, length);
}

static bool put_big_integer(JSContext *ctx, Writer *writer, JSValueConst value) {
  size_t length;
  const char *digits = JS_ToCStringLen(ctx, &length, value);
  if (digits == NULL) return false;
  size_t count = length - (digits[0] == '-');
  bool done = length <= 18 ? put_integer(ctx, writer, strtoll(digits, NULL, 10))
                           : put_digits(ctx, writer,
                                        count > HUGEINT_DIGITS_MAX ? EXT_BIGNUM : EXT_HUGEINT,
                                        digits, length);
  JS_FreeCString(ctx, digits);
  return done;
}

static bool put_decimal(JSContext *ctx, Writer *writer, JSValueConst value) {
  size_t length;
  const char *digits = JS_ToCStringLen(ctx, &length, value);
  if (digits == NULL) return false;
  bool done = put_digits(ctx, writer, EXT_DECIMAL, digits, length);
  JS_FreeCString(ctx, digits);
  return done;
}

/* A Date is a moment in UTC, as DuckDB keeps a TIMESTAMP. */
static bool put_date(JSContext *ctx, Writer *writer, JSValueConst value) {
  double millis = 0;
  if (JS_ToFloat64(ctx, &millis, value)) return false;
  if (isnan(millis)) {
    JS_ThrowRangeError(ctx, "an invalid Date has no SQL value");
    return false;
  }
  int64_t micros = (int64_t)millis * 1000;
  uint8_t bytes[8];
  for (int index = 0; index < 8; index++) bytes[index] = (uint8_t)((uint64_t)micros >> 8 * index);
  return put_byte(ctx, writer, 0xd7) && put_byte(ctx, writer, EXT_TIMESTAMP) &&
         put(ctx, writer, bytes, 8);
}

static bool put_list(JSContext *ctx, Writer *writer, JSValueConst value, int depth) {
  int64_t length;
  if (JS_GetLength(ctx, value, &length) < 0) return false;
  if (!write_list_length(ctx, writer, (uint32_t)length)) return false;
  for (int64_t index = 0; index < length; index++) {
    JSValue item = JS_GetPropertyUint32(ctx, value, (uint32_t)index);
    bool done = !JS_IsException(item) && write_value(ctx, writer, item, depth + 1);
    JS_FreeValue(ctx, item);
    if (!done) return false;
  }
  return true;
}

/* The items of a Map or Set as a list of its own. */
static JSValue items_of(JSContext *ctx, JSValueConst value) {
  JSValue global = JS_GetGlobalObject(ctx);
  JSValue array = JS_GetPropertyStr(ctx, global, "Array");
  JSAtom from = JS_NewAtom(ctx, "from");
  JSValueConst arguments[] = {value};
  JSValue list = JS_Invoke(ctx, array, from, 1, arguments);
  JS_FreeAtom(ctx, from);
  JS_FreeValue(ctx, array);
  JS_FreeValue(ctx, global);
  return list;
}

/* A Map keeps keys of any type, in its order. */
static bool put_map(JSContext *ctx, Writer *writer, JSValueConst value, int depth) {
  JSValue pairs = items_of(ctx, value);
  int64_t length;
  bool done = !JS_IsException(pairs) && JS_GetLength(ctx, pairs, &length) == 0 &&
              put_number(ctx, writer, 0xdf, (uint64_t)length, 4);
  for (int64_t index = 0; done && index < length; index++) {
    JSValue pair = JS_GetPropertyUint32(ctx, pairs, (uint32_t)index);
    for (uint32_t part = 0; part < 2 && done; part++) {
      JSValue item = JS_GetPropertyUint32(ctx, pair, part);
      done = !JS_IsException(item) && write_value(ctx, writer, item, depth + 1);
      JS_FreeValue(ctx, item);
    }
    JS_FreeValue(ctx, pair);
  }
  JS_FreeValue(ctx, pairs);
  return done;
}

static bool put_set(JSContext *ctx, Writer *writer, JSValueConst value, int depth) {
  JSValue items = items_of(ctx, value);
  bool done = !JS_IsException(items) && put_list(ctx, writer, items, depth);
  JS_FreeValue(ctx, items);
  return done;
}

/* Fields that hold nothing are left out, as JSON.stringify does. */
static bool put_object(JSContext *ctx, Writer *writer, JSValueConst value, int depth) {
  JSPropertyEnum *names;
  uint32_t count;
  if (JS_GetOwnPropertyNames(ctx, &names, &count, value, JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY)) {
    return false;
  }
  uint32_t head = writer->length;
  bool done = put_number(ctx, writer, 0xdf, 0, 4);
  uint32_t kept = 0;
  for (uint32_t index = 0; index < count && done; index++) {
    JSValue item = JS_GetProperty(ctx, value, names[index].atom);
    if (JS_IsException(item)) {
      done = false;
    } else if (!JS_IsUndefined(item) && !JS_IsFunction(ctx, item)) {
      JSValue name = JS_AtomToString(ctx, names[index].atom);
      done = put_string(ctx, writer, name) && write_value(ctx, writer, item, depth + 1);
      JS_FreeValue(ctx, name);
      kept++;
    }
    JS_FreeValue(ctx, item);
  }
  for (int index = 0; index < 4 && done; index++) {
    writer->bytes[head + 1 + (uint32_t)index] = (uint8_t)(kept >> 8 * (3 - index));
  }
  JS_FreePropertyEnum(ctx, names, count);
  return done;
}

bool write_list_length(JSContext *ctx, Writer *writer, uint32_t length) {
  return put_number(ctx, writer, 0xdd, length, 4);
}

bool write_value(JSContext *ctx, Writer *writer, JSValueConst value, int depth) {
  if (depth > DEPTH_MAX) {
    JS_ThrowRangeError(ctx, "a value is nested too deeply, or contains itself");
    return false;
  }
  if (JS_IsNull(value) || JS_IsUndefined(value)) return put_byte(ctx, writer, 0xc0);
  if (JS_IsBool(value)) return put_byte(ctx, writer, JS_VALUE_GET_BOOL(value) ? 0xc3 : 0xc2);
  if (JS_IsNumber(value)) {
    double number = 0;
    JS_ToFloat64(ctx, &number, value);
    return put_float(ctx, writer, number);
  }
  if (JS_IsBigInt(value)) return put_big_integer(ctx, writer, value);
  if (JS_IsString(value)) return put_string(ctx, writer, value);
  if (JS_IsArray(value)) return put_list(ctx, writer, value, depth);
  if (JS_IsDate(value)) return put_date(ctx, writer, value);
  if (JS_IsMap(value)) return put_map(ctx, writer, value, depth);
  if (JS_IsSet(value)) return put_set(ctx, writer, value, depth);
  if (JS_IsFunction(ctx, value) || JS_IsSymbol(value)) {
    JS_ThrowTypeError(ctx, "a function or symbol has no SQL value");
    return false;
  }
  int is_decimal = JS_IsInstanceOf(ctx, value, decimal_type);
  if (is_decimal < 0) return false;
  if (is_decimal > 0) return put_decimal(ctx, writer, value);
  size_t length;
  uint8_t *bytes = NULL;
  if (JS_GetTypedArrayType(value) == JS_TYPED_ARRAY_UINT8) {
    bytes = JS_GetUint8Array(ctx, &length, value);
  } else if (JS_IsArrayBuffer(value)) {
    bytes = JS_GetArrayBuffer(ctx, &length, value);
  } else {
    return put_object(ctx, writer, value, depth);
  }
  if (bytes == NULL && length != 0) return false;
  return put_number(ctx, writer, 0xc6, length, 4) && put(ctx, writer, bytes, length);
}
