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

#define ABI_VERSION 0x10000

#endif
