/* The host's services beside queries: cryptography, requests, metrics; and texts as bytes. */
#include "engine.h"

#include <stdlib.h>

#include "procedure_abi.h"

#define FIRST_CAPACITY 4096
#define HASH_BYTES_MAX 64
/* A nonce in front of a sealed message, and a tag behind it. */
#define SEAL_BYTES 28
#define RANDOM_BYTES_MAX (1 << 20)

typedef struct {
  const uint8_t *at;
  uint32_t length;
} Bytes;

/* Reads the arguments from `first` on as bytes; false with an exception. */
static bool read_bytes(JSContext *ctx, int argc, JSValueConst *argv, int first, Bytes *list,
                       int count) {
  for (int index = 0; index < count; index++) {
    if (first + index >= argc) {
      JS_ThrowTypeError(ctx, "bytes are missing");
      return false;
    }
    size_t length;
    list[index].at = JS_GetUint8Array(ctx, &length, argv[first + index]);
    list[index].length = (uint32_t)length;
    if (list[index].at == NULL && length != 0) return false;
    if (JS_HasException(ctx)) return false;
  }
  return true;
}

static bool read_number(JSContext *ctx, int argc, JSValueConst *argv, uint32_t *number) {
  if (argc > 0) return JS_ToUint32(ctx, number, argv[0]) == 0;
  JS_ThrowTypeError(ctx, "a number is missing");
  return false;
}

static JSValue bytes_or_error(JSContext *ctx, int32_t status, const uint8_t *bytes,
                              uint32_t length) {
  return status == STATUS_OK ? JS_NewUint8ArrayCopy(ctx, bytes, length) : throw_last_error(ctx);
}

static JSValue holds_or_error(JSContext *ctx, int32_t status) {
  bool is_answer = status == STATUS_OK || status == STATUS_MISMATCH;
  return is_answer ? JS_NewBool(ctx, status == STATUS_OK) : throw_last_error(ctx);
}

/* --- Cryptography. --- */

static JSValue js_hash(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  uint32_t algorithm, length = HASH_BYTES_MAX;
  uint8_t hash[HASH_BYTES_MAX];
  Bytes data;
  if (!read_number(ctx, argc, argv, &algorithm)) return JS_EXCEPTION;
  if (!read_bytes(ctx, argc, argv, 1, &data, 1)) return JS_EXCEPTION;
  int32_t status = heliosdb_crypto_hash(algorithm, data.at, data.length, hash, &length);
  return bytes_or_error(ctx, status, hash, length);
}

static JSValue js_hmac(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  uint32_t algorithm, length = HASH_BYTES_MAX;
  uint8_t code[HASH_BYTES_MAX];
  Bytes parts[2];
  if (!read_number(ctx, argc, argv, &algorithm)) return JS_EXCEPTION;
  if (!read_bytes(ctx, argc, argv, 1, parts, 2)) return JS_EXCEPTION;
  int32_t status = heliosdb_crypto_hmac(algorithm, parts[0].at, parts[0].length, parts[1].at,
                                        parts[1].length, code, &length);
  return bytes_or_error(ctx, status, code, length);
}

static JSValue js_random(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  double length = -1;
  if (argc < 1 || JS_ToFloat64(ctx, &length, argv[0])) return JS_EXCEPTION;
  if (!(length >= 0 && length <= RANDOM_BYTES_MAX)) {
    return JS_ThrowRangeError(ctx, "random bytes come 0 to %d at a time", RANDOM_BYTES_MAX);
  }
  uint8_t *bytes = malloc((size_t)length + 1);
  if (bytes == NULL) return JS_ThrowOutOfMemory(ctx);
  int32_t status = heliosdb_crypto_random(bytes, (uint32_t)length);
  JSValue result = bytes_or_error(ctx, status, bytes, (uint32_t)length);
  free(bytes);
  return result;
}

enum { SEAL, OPEN };

static JSValue js_seal(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv,
                       int verb) {
  (void)this_value;
  uint32_t cipher;
  Bytes parts[3]; /* key, bound, message */
  if (!read_number(ctx, argc, argv, &cipher)) return JS_EXCEPTION;
  if (!read_bytes(ctx, argc, argv, 1, parts, 3)) return JS_EXCEPTION;
  uint32_t length = parts[2].length + SEAL_BYTES;
  uint8_t *bytes = malloc(length);
  if (bytes == NULL) return JS_ThrowOutOfMemory(ctx);
  int32_t status =
      (verb == SEAL ? heliosdb_crypto_seal : heliosdb_crypto_open)(
          cipher, parts[0].at, parts[0].length, NULL, 0, parts[1].at, parts[1].length, parts[2].at,
          parts[2].length, bytes, &length);
  JSValue result = bytes_or_error(ctx, status, bytes, length);
  free(bytes);
  return result;
}

static JSValue js_verify(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  uint32_t algorithm;
  Bytes parts[3]; /* key, message, signature */
  if (!read_number(ctx, argc, argv, &algorithm)) return JS_EXCEPTION;
  if (!read_bytes(ctx, argc, argv, 1, parts, 3)) return JS_EXCEPTION;
  return holds_or_error(
      ctx, heliosdb_crypto_verify(algorithm, parts[0].at, parts[0].length, parts[1].at,
                                  parts[1].length, parts[2].at, parts[2].length));
}

static JSValue js_equal(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  Bytes parts[2];
  if (!read_bytes(ctx, argc, argv, 0, parts, 2)) return JS_EXCEPTION;
  return holds_or_error(ctx, heliosdb_crypto_equal(parts[0].at, parts[0].length, parts[1].at,
                                                   parts[1].length));
}

/* --- Requests. --- */

static JSValue js_fetch(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  Writer writer = {0};
  if (argc < 1 || !write_value(ctx, &writer, argv[0], 0)) {
    free(writer.bytes);
    return JS_EXCEPTION;
  }
  uint8_t first[FIRST_CAPACITY];
  uint8_t *bytes;
  uint32_t length = sizeof first;
  int32_t status = heliosdb_fetch(writer.bytes, writer.length, first, &length);
  free(writer.bytes);
  JSValue response = JS_EXCEPTION;
  if (complete(ctx, status, &bytes, &length, first, heliosdb_fetch_result)) {
    Reader reader = {bytes, bytes + length};
    response = read_value(ctx, &reader, 0);
  }
  if (bytes != first) free(bytes);
  return response;
}

/* --- Metrics. --- */

enum { ADD, OBSERVE };

static JSValue js_metric(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv,
                         int verb) {
  (void)this_value;
  double value = 0;
  size_t length;
  if (argc < 2 || JS_ToFloat64(ctx, &value, argv[1])) return JS_EXCEPTION;
  if (verb == ADD && !(value >= 0 && value <= SAFE_INTEGER_MAX && value == (double)(int64_t)value)) {
    return JS_ThrowRangeError(ctx, "a count grows by an integer that is not negative");
  }
  const char *name = JS_ToCStringLen(ctx, &length, argv[0]);
  if (name == NULL) return JS_EXCEPTION;
  int32_t status = verb == ADD ? heliosdb_metric_count(name, (uint32_t)length, (int64_t)value)
                               : heliosdb_metric_observe(name, (uint32_t)length, value);
  JS_FreeCString(ctx, name);
  return status == STATUS_OK ? JS_UNDEFINED : throw_last_error(ctx);
}

/* --- Texts as bytes, and decimals. --- */

static JSValue js_encode(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  size_t length;
  const char *text = argc < 1 ? NULL : JS_ToCStringLen(ctx, &length, argv[0]);
  if (text == NULL) return JS_EXCEPTION;
  JSValue bytes = JS_NewUint8ArrayCopy(ctx, (const uint8_t *)text, length);
  JS_FreeCString(ctx, text);
  return bytes;
}

static JSValue js_decode(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value;
  Bytes bytes;
  if (!read_bytes(ctx, argc, argv, 0, &bytes, 1)) return JS_EXCEPTION;
  return JS_NewStringLen(ctx, (const char *)bytes.at, bytes.length);
}

static JSValue js_use_decimal(JSContext *ctx, JSValueConst this_value, int argc,
                              JSValueConst *argv) {
  (void)this_value;
  if (argc < 2) return JS_ThrowTypeError(ctx, "a class and a function are missing");
  use_decimal(ctx, argv[0], argv[1]);
  return JS_UNDEFINED;
}

static const JSCFunctionListEntry SERVICES[] = {
    JS_CFUNC_DEF("cryptoHash", 2, js_hash),
    JS_CFUNC_DEF("cryptoHmac", 3, js_hmac),
    JS_CFUNC_DEF("cryptoRandom", 1, js_random),
    JS_CFUNC_MAGIC_DEF("cryptoSeal", 4, js_seal, SEAL),
    JS_CFUNC_MAGIC_DEF("cryptoOpen", 4, js_seal, OPEN),
    JS_CFUNC_DEF("cryptoVerify", 4, js_verify),
    JS_CFUNC_DEF("cryptoEqual", 2, js_equal),
    JS_CFUNC_DEF("fetch", 1, js_fetch),
    JS_CFUNC_MAGIC_DEF("metricCount", 2, js_metric, ADD),
    JS_CFUNC_MAGIC_DEF("metricObserve", 2, js_metric, OBSERVE),
    JS_CFUNC_DEF("encode", 1, js_encode),
    JS_CFUNC_DEF("decode", 1, js_decode),
    JS_CFUNC_DEF("useDecimal", 2, js_use_decimal),
};

bool export_services(JSContext *ctx, JSModuleDef *module) {
  return JS_AddModuleExportList(ctx, module, SERVICES, COUNT(SERVICES)) == 0;
}

bool set_services(JSContext *ctx, JSModuleDef *module) {
  return JS_SetModuleExportList(ctx, module, SERVICES, COUNT(SERVICES)) == 0;
}
