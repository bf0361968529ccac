/* The procedures of ../cases.yaml in C. */
#include <time.h>

#include "heliosdb.h"

HELIOSDB_PROCEDURE(same_bigint, "v BIGINT", "BIGINT", "") {
  heliosdb_return_i64(heliosdb_i64(heliosdb_param(0)));
}
HELIOSDB_PROCEDURE(same_hugeint, "v HUGEINT", "HUGEINT", "") {
  heliosdb_value v = heliosdb_param(0);
  if (v.kind == HELIOSDB_KIND_INT) {
    heliosdb_return_i64(heliosdb_i64(v));
  } else {
    heliosdb_return_decimal(heliosdb_digits(v));
  }
}
HELIOSDB_PROCEDURE(same_double, "v DOUBLE", "DOUBLE", "") {
  heliosdb_return_f64(heliosdb_f64(heliosdb_param(0)));
}
HELIOSDB_PROCEDURE(same_decimal, "v DECIMAL(18,4)", "DECIMAL(18,4)", "") {
  heliosdb_return_decimal(heliosdb_digits(heliosdb_param(0)));
}
HELIOSDB_PROCEDURE(same_boolean, "v BOOLEAN", "BOOLEAN", "") {
  heliosdb_return_bool(heliosdb_bool(heliosdb_param(0)));
}
HELIOSDB_PROCEDURE(same_text, "v VARCHAR", "VARCHAR", "") {
  heliosdb_return_text(heliosdb_text(heliosdb_param(0)));
}
HELIOSDB_PROCEDURE(same_blob, "v BLOB", "BLOB", "") {
  heliosdb_value v = heliosdb_param(0);
  heliosdb_return_blob(v.bytes, v.length);
}

static void return_time(time_t seconds, int micros, const char *format) {
  struct tm parts;
  char text[40], whole[60];
  gmtime_r(&seconds, &parts);
  strftime(text, sizeof text, format, &parts);
  snprintf(whole, sizeof whole, micros == 0 ? "%s" : "%s.%06d", text, micros);
  heliosdb_return_text(whole);
}

HELIOSDB_PROCEDURE(same_date, "v DATE", "DATE", "") {
  return_time((time_t)heliosdb_date(heliosdb_param(0)) * 86400, 0, "%Y-%m-%d");
}
HELIOSDB_PROCEDURE(same_timestamp, "v TIMESTAMP", "TIMESTAMP", "") {
  int64_t v = heliosdb_timestamp(heliosdb_param(0));
  int64_t micros = (v % 1000000 + 1000000) % 1000000;
  return_time((v - micros) / 1000000, (int)micros, "%Y-%m-%d %H:%M:%S");
}
HELIOSDB_PROCEDURE(same_list, "v BIGINT[]", "BIGINT[]", "") {
  heliosdb_value v = heliosdb_param(0);
  char *json = (char *)heliosdb_allocate(24 * v.length + 3), *at = json;
  *at++ = '[';
  for (uint32_t index = 0; index < v.length; index++) {
    heliosdb_value item = heliosdb_item(v, index);
    if (index > 0) *at++ = ',';
    at += heliosdb_is_null(item) ? sprintf(at, "null")
                                 : sprintf(at, "%lld", (long long)heliosdb_i64(item));
  }
  strcpy(at, "]");
  heliosdb_return_json(json);
}

/* Text as JSON has it; of control characters it knows none. */
static char *put_json_text(char *at, const char *text) {
  *at++ = '"';
  for (; *text != 0; text++) {
    if (*text == '"' || *text == '\\') *at++ = '\\';
    *at++ = *text;
  }
  *at++ = '"';
  return at;
}

HELIOSDB_PROCEDURE(same_struct, "v STRUCT(a BIGINT, b VARCHAR)", "STRUCT(a BIGINT, b VARCHAR)", "") {
  heliosdb_value v = heliosdb_param(0);
  heliosdb_value a = heliosdb_field(v, "a"), b = heliosdb_field(v, "b");
  char *json = (char *)heliosdb_allocate(2 * b.length + 64), *at = json;
  at += heliosdb_is_null(a) ? sprintf(at, "{\"a\":null,\"b\":")
                            : sprintf(at, "{\"a\":%lld,\"b\":", (long long)heliosdb_i64(a));
  at = heliosdb_is_null(b) ? at + sprintf(at, "null") : put_json_text(at, heliosdb_text(b));
  strcpy(at, "}");
  heliosdb_return_json(json);
}
HELIOSDB_PROCEDURE(same_json, "v JSON", "JSON", "") {
  heliosdb_return_json(heliosdb_text(heliosdb_param(0)));
}
HELIOSDB_PROCEDURE(is_null, "v BIGINT", "BOOLEAN", "") {
  heliosdb_return_bool(heliosdb_is_null(heliosdb_param(0)));
}
HELIOSDB_PROCEDURE(give_null, "", "BIGINT", "") { heliosdb_return_null(); }

static int64_t count(void) {
  heliosdb_rows rows = heliosdb_query("SELECT count(*) FROM items");
  heliosdb_next(&rows);
  return heliosdb_i64(heliosdb_column(&rows, 0));
}

HELIOSDB_PROCEDURE(count_items, "", "BIGINT", "") { heliosdb_return_i64(count()); }
HELIOSDB_PROCEDURE(find_item, "label VARCHAR", "BIGINT", "") {
  const char *sql = "SELECT id FROM items WHERE label = ?";
  const char *label = heliosdb_text(heliosdb_param(0));
  uint8_t *bound = (uint8_t *)heliosdb_allocate(strlen(label) + 6);
  bound[0] = 0x91; /* a MessagePack list of one */
  uint8_t *end = heliosdb_put_text(bound + 1, label);
  uint32_t length = 256;
  uint8_t *bytes = (uint8_t *)heliosdb_allocate(length);
  int32_t status = heliosdb_host_query_params(sql, (uint32_t)strlen(sql), bound,
                                              (uint32_t)(end - bound), bytes, &length);
  heliosdb_value result = heliosdb_receive(status, heliosdb_fetch_rows, 0, bytes, length);
  heliosdb_value rows = heliosdb_field(result, "rows");
  if (rows.length == 0) return; /* NULL */
  heliosdb_return_i64(heliosdb_i64(heliosdb_item(heliosdb_item(rows, 0), 0)));
}
HELIOSDB_PROCEDURE(query_text, "size BIGINT", "BIGINT", "") {
  long long size = heliosdb_i64(heliosdb_param(0));
  heliosdb_rows rows = heliosdb_queryf("SELECT repeat('x', %lld)", size);
  heliosdb_next(&rows);
  heliosdb_return_i64((int64_t)strlen(heliosdb_text(heliosdb_column(&rows, 0))));
}
HELIOSDB_PROCEDURE(query_absent, "", "BIGINT", "") {
  heliosdb_query("SELECT id FROM absent_table");
}
HELIOSDB_PROCEDURE(make_text, "size BIGINT", "VARCHAR", "") {
  size_t size = (size_t)heliosdb_i64(heliosdb_param(0));
  char *text = (char *)heliosdb_allocate(size + 1);
  memset(text, 'x', size);
  text[size] = 0;
  heliosdb_return_text(text);
}
HELIOSDB_PROCEDURE(log_warning, "message VARCHAR", "BOOLEAN", "") {
  heliosdb_log(HELIOSDB_WARN, "%s", heliosdb_text(heliosdb_param(0)));
  heliosdb_return_bool(true);
}
HELIOSDB_PROCEDURE(fail_with, "code BIGINT, message VARCHAR", "BIGINT", "") {
  heliosdb_fail((int32_t)heliosdb_i64(heliosdb_param(0)), "%s", heliosdb_text(heliosdb_param(1)));
}
HELIOSDB_PROCEDURE(crash, "v BIGINT", "BIGINT", "") {
  if (heliosdb_i64(heliosdb_param(0)) == 0) __builtin_trap();
}
HELIOSDB_PROCEDURE(insert_and_roll_back, "", "BIGINT", "") {
  heliosdb_begin_tx();
  heliosdb_query("INSERT INTO items VALUES (4, 'new')");
  int64_t seen = count();
  heliosdb_rollback_tx();
  heliosdb_return_i64(seen);
}
HELIOSDB_PROCEDURE(now_micros, "v BIGINT", "BIGINT", "") { heliosdb_return_i64(heliosdb_now()); }
