/* The procedures of ../cases.yaml in C. */
#include <time.h>

#include "heliosdb.h"

HELIOSDB_PROCEDURE(same_bigint, "v BIGINT", "BIGINT", "") {
  heliosdb_return_i64(heliosdb_i64(heliosdb_param(0)));
}
HELIOSDB_PROCEDURE(same_hugeint, "v HUGEINT", "HUGEINT", "") {
  heliosdb_return_decimal(heliosdb_digits(heliosdb_param(0)));
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
  heliosdb_writer out = {NULL, 0, 0};
  heliosdb_write_list(&out, v.length);
  for (uint32_t index = 0; index < v.length; index++) {
    heliosdb_value item = heliosdb_item(v, index);
    if (heliosdb_is_null(item)) heliosdb_write_null(&out);
    else heliosdb_write_i64(&out, heliosdb_i64(item));
  }
  heliosdb_return_written(&out);
}

HELIOSDB_PROCEDURE(same_struct, "v STRUCT(a BIGINT, b VARCHAR)", "STRUCT(a BIGINT, b VARCHAR)", "") {
  heliosdb_value v = heliosdb_param(0);
  heliosdb_writer out = {NULL, 0, 0};
  heliosdb_write_map(&out, 2);
  heliosdb_write_text(&out, "a");
  heliosdb_write_value(&out, heliosdb_field(v, "a"));
  heliosdb_write_text(&out, "b");
  heliosdb_write_value(&out, heliosdb_field(v, "b"));
  heliosdb_return_written(&out);
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
  heliosdb_writer values = {NULL, 0, 0};
  heliosdb_write_list(&values, 1);
  heliosdb_write_text(&values, heliosdb_text(heliosdb_param(0)));
  heliosdb_rows rows = heliosdb_query_params("SELECT id FROM items WHERE label = ?", &values);
  if (!heliosdb_next(&rows)) return; /* NULL */
  heliosdb_return_i64(heliosdb_i64(heliosdb_column(&rows, 0)));
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

HELIOSDB_PROCEDURE(same_ubigint, "v UBIGINT", "UBIGINT", "") {
  heliosdb_writer out = {NULL, 0, 0};
  heliosdb_write_u64(&out, heliosdb_u64(heliosdb_param(0)));
  heliosdb_return_written(&out);
}
HELIOSDB_PROCEDURE(same_float, "v FLOAT", "FLOAT", "") {
  heliosdb_return_f64(heliosdb_f64(heliosdb_param(0)));
}
HELIOSDB_PROCEDURE(same_wide_decimal, "v DECIMAL(38,10)", "DECIMAL(38,10)", "") {
  heliosdb_return_decimal(heliosdb_digits(heliosdb_param(0)));
}
HELIOSDB_PROCEDURE(same_time, "v TIME", "TIME", "") {
  heliosdb_writer out = {NULL, 0, 0};
  heliosdb_write_time(&out, heliosdb_time(heliosdb_param(0)));
  heliosdb_return_written(&out);
}
HELIOSDB_PROCEDURE(same_time_tz, "v TIME WITH TIME ZONE", "TIME WITH TIME ZONE", "") {
  heliosdb_return_value(heliosdb_param(0));
}
HELIOSDB_PROCEDURE(same_timestamp_tz, "v TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE", "") {
  heliosdb_writer out = {NULL, 0, 0};
  heliosdb_write_timestamp_tz(&out, heliosdb_timestamp(heliosdb_param(0)));
  heliosdb_return_written(&out);
}
HELIOSDB_PROCEDURE(same_timestamp_ns, "v TIMESTAMP_NS", "TIMESTAMP_NS", "") {
  heliosdb_return_value(heliosdb_param(0));
}
HELIOSDB_PROCEDURE(same_interval, "v INTERVAL", "INTERVAL", "") {
  heliosdb_writer out = {NULL, 0, 0};
  heliosdb_write_interval(&out, heliosdb_interval(heliosdb_param(0)));
  heliosdb_return_written(&out);
}
HELIOSDB_PROCEDURE(same_uuid, "v UUID", "UUID", "") {
  heliosdb_writer out = {NULL, 0, 0};
  heliosdb_write_uuid(&out, heliosdb_uuid(heliosdb_param(0)));
  heliosdb_return_written(&out);
}
HELIOSDB_PROCEDURE(same_bit, "v BIT", "BIT", "") { heliosdb_return_value(heliosdb_param(0)); }
HELIOSDB_PROCEDURE(same_enum, "v VARCHAR", "VARCHAR", "") {
  heliosdb_return_text(heliosdb_text(heliosdb_param(0)));
}
HELIOSDB_PROCEDURE(same_map, "v MAP(VARCHAR, BIGINT)", "MAP(VARCHAR, BIGINT)", "") {
  heliosdb_return_value(heliosdb_param(0));
}
HELIOSDB_PROCEDURE(same_number_map, "v MAP(BIGINT, DECIMAL(38,10))", "MAP(BIGINT, DECIMAL(38,10))", "") {
  heliosdb_return_value(heliosdb_param(0));
}
HELIOSDB_PROCEDURE(same_array, "v BIGINT[3]", "BIGINT[3]", "") {
  heliosdb_return_value(heliosdb_param(0));
}
HELIOSDB_PROCEDURE(same_nested, "v JSON", "JSON", "") { heliosdb_return_value(heliosdb_param(0)); }
HELIOSDB_PROCEDURE(same_union, "v JSON", "JSON", "") { heliosdb_return_value(heliosdb_param(0)); }

static heliosdb_writer list_of_one(heliosdb_value value) {
  heliosdb_writer values = {NULL, 0, 0};
  heliosdb_write_list(&values, 1);
  heliosdb_write_value(&values, value);
  return values;
}

HELIOSDB_PROCEDURE(bind_decimal, "v DECIMAL(38,10)", "DECIMAL(38,10)", "") {
  heliosdb_writer values = list_of_one(heliosdb_param(0));
  heliosdb_rows rows = heliosdb_query_params("SELECT ? + 1", &values);
  heliosdb_next(&rows);
  heliosdb_return_decimal(heliosdb_digits(heliosdb_column(&rows, 0)));
}
HELIOSDB_PROCEDURE(sum_rows, "size BIGINT", "BIGINT", "") {
  heliosdb_writer values = list_of_one(heliosdb_param(0));
  heliosdb_rows rows = heliosdb_query_params("SELECT range FROM range(?)", &values);
  int64_t sum = 0;
  while (heliosdb_next(&rows)) sum += heliosdb_i64(heliosdb_column(&rows, 0));
  heliosdb_return_i64(sum);
}
HELIOSDB_PROCEDURE(sum_cursor, "size BIGINT", "BIGINT", "") {
  heliosdb_writer values = list_of_one(heliosdb_param(0));
  heliosdb_cursor cursor = heliosdb_cursor_open_params("SELECT range FROM range(?)", &values);
  heliosdb_rows rows;
  int64_t sum = 0;
  while (heliosdb_cursor_next(&cursor, 0, &rows)) {
    while (heliosdb_next(&rows)) sum += heliosdb_i64(heliosdb_column(&rows, 0));
  }
  heliosdb_return_i64(sum);
}
HELIOSDB_PROCEDURE(make_list, "size BIGINT", "BIGINT[]", "") {
  int64_t size = heliosdb_i64(heliosdb_param(0));
  heliosdb_writer out = {NULL, 0, 0};
  heliosdb_write_list(&out, (uint32_t)size);
  for (int64_t index = 0; index < size; index++) heliosdb_write_i64(&out, index);
  heliosdb_return_written(&out);
}

static heliosdb_bytes bytes_of_text(heliosdb_value value) {
  const char *text = heliosdb_text(value);
  return heliosdb_bytes_of(text, strlen(text));
}

static heliosdb_bytes bytes_of_blob(heliosdb_value value) {
  return heliosdb_bytes_of(value.bytes, value.length);
}

HELIOSDB_PROCEDURE(hash_text, "v VARCHAR", "BLOB", "") {
  heliosdb_bytes hash = heliosdb_crypto_hash(HELIOSDB_SHA256, bytes_of_text(heliosdb_param(0)));
  heliosdb_return_blob(hash.bytes, hash.length);
}
HELIOSDB_PROCEDURE(code_text, "key BLOB, v VARCHAR", "BLOB", "") {
  heliosdb_bytes code = heliosdb_crypto_hmac(HELIOSDB_SHA512, bytes_of_blob(heliosdb_param(0)),
                                             bytes_of_text(heliosdb_param(1)));
  heliosdb_return_blob(code.bytes, code.length);
}
HELIOSDB_PROCEDURE(seal_and_open, "v VARCHAR", "VARCHAR", "") {
  heliosdb_bytes text = bytes_of_text(heliosdb_param(0)), row = heliosdb_bytes_of("row", 3);
  heliosdb_bytes key = heliosdb_crypto_random(32);
  heliosdb_bytes sealed = heliosdb_crypto_seal(HELIOSDB_CHACHA20_POLY1305, key, row, text);
  heliosdb_bytes opened = heliosdb_crypto_open(HELIOSDB_CHACHA20_POLY1305, key, row, sealed);
  char told[200];
  snprintf(told, sizeof told, "%.*s %s", (int)opened.length, (const char *)opened.bytes,
           heliosdb_crypto_equal(opened, text) ? "true" : "false");
  heliosdb_return_text(told);
}
HELIOSDB_PROCEDURE(verify, "key BLOB, message VARCHAR, signature BLOB", "BOOLEAN", "") {
  heliosdb_return_bool(heliosdb_crypto_verify(bytes_of_blob(heliosdb_param(0)),
                                              bytes_of_text(heliosdb_param(1)),
                                              bytes_of_blob(heliosdb_param(2))));
}
HELIOSDB_PROCEDURE(post, "url VARCHAR, body VARCHAR", "VARCHAR", "") {
  const char *headers[] = {"x-note", "seven", NULL};
  heliosdb_bytes body = bytes_of_text(heliosdb_param(1));
  heliosdb_response answer =
      heliosdb_fetch("POST", heliosdb_text(heliosdb_param(0)), headers, &body);
  char told[200];
  snprintf(told, sizeof told, "%d %.*s", (int)answer.status, (int)answer.body.length,
           (const char *)answer.body.bytes);
  heliosdb_return_text(told);
}
HELIOSDB_PROCEDURE(measure, "name VARCHAR", "BOOLEAN", "") {
  heliosdb_metric_count(heliosdb_text(heliosdb_param(0)), 2);
  heliosdb_metric_observe("size", 1.5);
  heliosdb_return_bool(true);
}

static void write_note(void) {
  heliosdb_writer values = list_of_one(heliosdb_param(0));
  heliosdb_begin_tx();
  heliosdb_query_params("INSERT INTO journal VALUES (?)", &values);
}

HELIOSDB_PROCEDURE(write_and_commit, "note VARCHAR", "BOOLEAN", "") {
  write_note();
  heliosdb_commit_tx();
  heliosdb_return_bool(true);
}
HELIOSDB_PROCEDURE(write_and_leave, "note VARCHAR", "BOOLEAN", "") {
  write_note();
  heliosdb_return_bool(true);
}
HELIOSDB_PROCEDURE(spin, "v BIGINT", "BIGINT", "") {
  volatile int64_t turns = heliosdb_i64(heliosdb_param(0));
  for (;;) turns = turns + 1;
}
HELIOSDB_PROCEDURE(hoard, "size BIGINT", "BIGINT", "") {
  int64_t size = heliosdb_i64(heliosdb_param(0));
  for (int64_t index = 0; index < size; index++) memset(heliosdb_allocate(1 << 20), 'x', 1 << 20);
  heliosdb_return_i64(size);
}
