/* The functions a HeliosDB procedure can import, and the numbers they use. */
#ifndef PROCEDURE_ABI_H
#define PROCEDURE_ABI_H

#include <stdint.h>

#define HOST(name) __attribute__((import_module("heliosdb"), import_name(#name)))

HOST(heliosdb_query_params)
int32_t heliosdb_query_params(const char *query, uint32_t query_len, const uint8_t *params,
                              uint32_t params_len, uint8_t *result, uint32_t *result_len);
HOST(heliosdb_fetch_result) int32_t heliosdb_fetch_result(uint8_t *result, uint32_t *result_len);
HOST(heliosdb_last_error) int32_t heliosdb_last_error(uint8_t *error, uint32_t *error_len);
HOST(heliosdb_get_param)
int32_t heliosdb_get_param(uint32_t index, uint8_t *value, uint32_t *value_len);
HOST(heliosdb_return)
int32_t heliosdb_return(const uint8_t *value, uint32_t value_len, uint32_t value_type);
HOST(heliosdb_log) int32_t heliosdb_log(uint32_t level, const char *message, uint32_t message_len);
HOST(heliosdb_begin_tx) int32_t heliosdb_begin_tx(void);
HOST(heliosdb_commit_tx) int32_t heliosdb_commit_tx(void);
HOST(heliosdb_rollback_tx) int32_t heliosdb_rollback_tx(void);
HOST(heliosdb_now) int64_t heliosdb_now(void);
HOST(heliosdb_error)
_Noreturn void heliosdb_error(int32_t code, const char *message, uint32_t message_len);
HOST(heliosdb_error_stack)
_Noreturn void heliosdb_error_stack(int32_t code, const char *message, uint32_t message_len,
                                    const char *stack, uint32_t stack_len);

HOST(heliosdb_cursor_open)
int32_t heliosdb_cursor_open(const char *query, uint32_t query_len, const uint8_t *params,
                             uint32_t params_len, uint32_t *cursor);
HOST(heliosdb_cursor_next)
int32_t heliosdb_cursor_next(uint32_t cursor, uint32_t rows_max, uint8_t *result,
                             uint32_t *result_len);
HOST(heliosdb_cursor_close) int32_t heliosdb_cursor_close(uint32_t cursor);
HOST(heliosdb_crypto_hash)
int32_t heliosdb_crypto_hash(uint32_t algorithm, const uint8_t *data, uint32_t data_len,
                             uint8_t *hash, uint32_t *hash_len);
HOST(heliosdb_crypto_hmac)
int32_t heliosdb_crypto_hmac(uint32_t algorithm, const uint8_t *key, uint32_t key_len,
                             const uint8_t *data, uint32_t data_len, uint8_t *code,
                             uint32_t *code_len);
HOST(heliosdb_crypto_random) int32_t heliosdb_crypto_random(uint8_t *bytes, uint32_t bytes_len);
HOST(heliosdb_crypto_seal)
int32_t heliosdb_crypto_seal(uint32_t cipher, const uint8_t *key, uint32_t key_len,
                             const uint8_t *nonce, uint32_t nonce_len, const uint8_t *bound,
                             uint32_t bound_len, const uint8_t *message, uint32_t message_len,
                             uint8_t *sealed, uint32_t *sealed_len);
HOST(heliosdb_crypto_open)
int32_t heliosdb_crypto_open(uint32_t cipher, const uint8_t *key, uint32_t key_len,
                             const uint8_t *nonce, uint32_t nonce_len, const uint8_t *bound,
                             uint32_t bound_len, const uint8_t *sealed, uint32_t sealed_len,
                             uint8_t *message, uint32_t *message_len);
HOST(heliosdb_crypto_verify)
int32_t heliosdb_crypto_verify(uint32_t algorithm, const uint8_t *key, uint32_t key_len,
                               const uint8_t *message, uint32_t message_len,
                               const uint8_t *signature, uint32_t signature_len);
HOST(heliosdb_crypto_equal)
int32_t heliosdb_crypto_equal(const uint8_t *left, uint32_t left_len, const uint8_t *right,
                              uint32_t right_len);
HOST(heliosdb_fetch)
int32_t heliosdb_fetch(const uint8_t *request, uint32_t request_len, uint8_t *response,
                       uint32_t *response_len);
HOST(heliosdb_metric_count)
int32_t heliosdb_metric_count(const char *name, uint32_t name_len, int64_t amount);
HOST(heliosdb_metric_observe)
int32_t heliosdb_metric_observe(const char *name, uint32_t name_len, double value);

enum {
  STATUS_OK = 0,
  STATUS_BUFFER_TOO_SMALL = 1,
  STATUS_ERROR = 2,
  STATUS_END = 3,
  STATUS_MISMATCH = 4
};
enum { FORMAT_JSON = 0, FORMAT_MESSAGE_PACK = 1 };
enum {
  TYPE_BOOLEAN = 1,
  TYPE_BIGINT = 5,
  TYPE_DOUBLE = 11,
  TYPE_VARCHAR = 17,
  TYPE_BLOB = 18,
  TYPE_DECIMAL = 19,
  TYPE_SQLNULL = 36,
  TYPE_JSON = 1000,
  TYPE_MESSAGE_PACK = 1001
};
enum {
  EXT_DECIMAL = 1,
  EXT_HUGEINT = 2,
  EXT_DATE = 3,
  EXT_TIME = 4,
  EXT_TIMESTAMP = 5,
  EXT_TIMESTAMP_TZ = 6,
  EXT_INTERVAL = 7,
  EXT_UUID = 8,
  EXT_BIT = 9,
  EXT_TIME_TZ = 10,
  EXT_BIGNUM = 11,
  EXT_TIME_NS = 12,
  EXT_TIMESTAMP_S = 13,
  EXT_TIMESTAMP_MS = 14,
  EXT_TIMESTAMP_NS = 15
};

#define ABI_VERSION 0x10002

#endif
