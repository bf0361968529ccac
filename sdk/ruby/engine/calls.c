/* What procedures ask of the database: parameters, queries, logs, transactions, the clock. */
#include "engine.h"

#include <mruby/time.h>
#include <stdlib.h>
#include <string.h>

#include "procedure_abi.h"

#define FIRST_CAPACITY 4096
#define BATCH_BYTES (64 * 1024)

typedef int32_t (*Fetch)(uint8_t *bytes, uint32_t *length);

_Noreturn void raise_last_error(mrb_state *mrb) {
  uint8_t small[2048];
  uint8_t *bytes = small;
  uint32_t length = sizeof small;
  int32_t status = heliosdb_last_error(bytes, &length);
  if (status == STATUS_BUFFER_TOO_SMALL) {
    bytes = (uint8_t *)RSTRING_PTR(mrb_str_new(mrb, NULL, length));
    status = heliosdb_last_error(bytes, &length);
  }
  if (status != STATUS_OK) {
    mrb_raise(mrb, E_RUNTIME_ERROR, "the database reported an error without details");
  }
  Reader reader = {bytes, bytes + length};
  mrb_value details = read_value(mrb, &reader, 0);
  mrb_value message = mrb_hash_get(mrb, details, mrb_str_new_lit(mrb, "message"));
  mrb_value error = mrb_exc_new_str(mrb, sdk_class(mrb, "QueryError"), message);
  mrb_iv_set(mrb, error, mrb_intern_lit(mrb, "@sqlstate"),
             mrb_hash_get(mrb, details, mrb_str_new_lit(mrb, "sqlstate")));
  mrb_exc_raise(mrb, error);
}

/* What a host function delivered into `first`, fetched again where it did not fit. A larger one
 * lies in a String, which the collector keeps until the call is over. */
static Reader complete(mrb_state *mrb, int32_t status, uint8_t *first, uint32_t length,
                       Fetch again) {
  uint8_t *bytes = first;
  if (status == STATUS_BUFFER_TOO_SMALL) {
    bytes = (uint8_t *)RSTRING_PTR(mrb_str_new(mrb, NULL, length));
    status = again(bytes, &length);
  }
  if (status != STATUS_OK) raise_last_error(mrb);
  return (Reader){bytes, bytes + length};
}

static uint32_t parameter_index;
static int32_t fetch_parameter(uint8_t *bytes, uint32_t *length) {
  return heliosdb_get_param(parameter_index, bytes, length);
}

mrb_value parameter(mrb_state *mrb, uint32_t index) {
  uint8_t first[512];
  uint32_t length = sizeof first;
  parameter_index = index;
  int32_t status = fetch_parameter(first, &length);
  Reader reader = complete(mrb, status, first, length, fetch_parameter);
  return read_value(mrb, &reader, 0);
}

/* --- Queries. --- */

static mrb_value column_names(mrb_state *mrb, mrb_value columns) {
  mrb_value names = mrb_ary_new(mrb);
  mrb_value key = mrb_str_new_lit(mrb, "name");
  for (mrb_int index = 0; index < RARRAY_LEN(columns); index++) {
    mrb_value name = mrb_hash_get(mrb, mrb_ary_entry(columns, index), key);
    /* Frozen, it is the key of every row without a copy. */
    mrb_ary_push(mrb, names, mrb_obj_freeze(mrb, name));
  }
  return names;
}

/* Reads `{"columns": [{"name", …}], "rows": [[…]]}` as a list of Hashes. */
static mrb_value read_rows(mrb_state *mrb, Reader *reader) {
  mrb_value names = mrb_ary_new(mrb);
  mrb_value rows = mrb_ary_new(mrb);
  for (int64_t parts = read_map_length(mrb, reader); parts > 0; parts--) {
    mrb_value key = read_value(mrb, reader, 0);
    if (!mrb_string_p(key) || strcmp(mrb_string_cstr(mrb, key), "rows") != 0) {
      names = column_names(mrb, read_value(mrb, reader, 0));
      continue;
    }
    int arena = mrb_gc_arena_save(mrb);
    for (int64_t count = read_list_length(mrb, reader); count > 0; count--) {
      int64_t width = read_list_length(mrb, reader);
      mrb_value row = mrb_hash_new_capa(mrb, width);
      mrb_ary_push(mrb, rows, row);
      for (int64_t column = 0; column < width; column++) {
        mrb_hash_set(mrb, row, mrb_ary_entry(names, column), read_value(mrb, reader, 0));
        mrb_gc_arena_restore(mrb, arena);
      }
    }
  }
  return rows;
}

static mrb_value written(mrb_state *mrb, mrb_value value) {
  mrb_value bytes = mrb_str_new(mrb, NULL, 0);
  write_value(mrb, bytes, value, 0);
  return bytes;
}

static mrb_value host_query(mrb_state *mrb, mrb_value self) {
  (void)self;
  char *sql;
  mrb_int length;
  mrb_value list;
  mrb_get_args(mrb, "sA", &sql, &length, &list);
  mrb_value parameters = written(mrb, list);
  uint8_t first[FIRST_CAPACITY];
  uint32_t size = sizeof first;
  int32_t status =
      heliosdb_query_params(sql, (uint32_t)length, (const uint8_t *)RSTRING_PTR(parameters),
                            (uint32_t)RSTRING_LEN(parameters), first, &size);
  Reader reader = complete(mrb, status, first, size, heliosdb_fetch_result);
  return read_rows(mrb, &reader);
}

static mrb_value host_cursor_open(mrb_state *mrb, mrb_value self) {
  (void)self;
  char *sql;
  mrb_int length;
  mrb_value list;
  mrb_get_args(mrb, "sA", &sql, &length, &list);
  mrb_value parameters = written(mrb, list);
  uint32_t number = 0;
  int32_t status =
      heliosdb_cursor_open(sql, (uint32_t)length, (const uint8_t *)RSTRING_PTR(parameters),
                           (uint32_t)RSTRING_LEN(parameters), &number);
  if (status != STATUS_OK) raise_last_error(mrb);
  return mrb_int_value(mrb, number);
}

/* The next rows, nil after the last. */
static mrb_value host_cursor_next(mrb_state *mrb, mrb_value self) {
  (void)self;
  mrb_int number, rows_max;
  mrb_get_args(mrb, "ii", &number, &rows_max);
  uint32_t length = BATCH_BYTES;
  uint8_t *bytes = (uint8_t *)RSTRING_PTR(mrb_str_new(mrb, NULL, length));
  int32_t status = heliosdb_cursor_next((uint32_t)number, (uint32_t)rows_max, bytes, &length);
  if (status == STATUS_BUFFER_TOO_SMALL) {
    bytes = (uint8_t *)RSTRING_PTR(mrb_str_new(mrb, NULL, length));
    status = heliosdb_cursor_next((uint32_t)number, (uint32_t)rows_max, bytes, &length);
  }
  if (status == STATUS_END) return mrb_nil_value();
  if (status != STATUS_OK) raise_last_error(mrb);
  Reader reader = {bytes, bytes + length};
  return read_rows(mrb, &reader);
}

static mrb_value nil_or_error(mrb_state *mrb, int32_t status) {
  if (status != STATUS_OK) raise_last_error(mrb);
  return mrb_nil_value();
}

static mrb_value host_cursor_close(mrb_state *mrb, mrb_value self) {
  (void)self;
  mrb_int number;
  mrb_get_args(mrb, "i", &number);
  return nil_or_error(mrb, heliosdb_cursor_close((uint32_t)number));
}

/* --- Logs, transactions, the clock. --- */

static mrb_value host_log(mrb_state *mrb, mrb_value self) {
  (void)self;
  mrb_int level;
  char *message;
  mrb_int length;
  mrb_get_args(mrb, "is", &level, &message, &length);
  return nil_or_error(mrb, heliosdb_log((uint32_t)level, message, (uint32_t)length));
}

static mrb_value host_begin_tx(mrb_state *mrb, mrb_value self) {
  (void)self;
  return nil_or_error(mrb, heliosdb_begin_tx());
}

static mrb_value host_commit_tx(mrb_state *mrb, mrb_value self) {
  (void)self;
  return nil_or_error(mrb, heliosdb_commit_tx());
}

static mrb_value host_rollback_tx(mrb_state *mrb, mrb_value self) {
  (void)self;
  return nil_or_error(mrb, heliosdb_rollback_tx());
}

static mrb_value host_now(mrb_state *mrb, mrb_value self) {
  (void)self;
  int64_t micros = heliosdb_now();
  return mrb_time_at(mrb, micros / 1000000, micros % 1000000, MRB_TIMEZONE_UTC);
}

/* --- Requests. --- */

static mrb_value host_fetch(mrb_state *mrb, mrb_value self) {
  (void)self;
  mrb_value request;
  mrb_get_args(mrb, "H", &request);
  mrb_value bytes = written(mrb, request);
  uint8_t first[FIRST_CAPACITY];
  uint32_t length = sizeof first;
  int32_t status = heliosdb_fetch((const uint8_t *)RSTRING_PTR(bytes), (uint32_t)RSTRING_LEN(bytes),
                                  first, &length);
  Reader reader = complete(mrb, status, first, length, heliosdb_fetch_result);
  return read_value(mrb, &reader, 0);
}

void define_calls(mrb_state *mrb, struct RClass *host) {
  mrb_define_class_method(mrb, host, "query", host_query, MRB_ARGS_REQ(2));
  mrb_define_class_method(mrb, host, "cursor_open", host_cursor_open, MRB_ARGS_REQ(2));
  mrb_define_class_method(mrb, host, "cursor_next", host_cursor_next, MRB_ARGS_REQ(2));
  mrb_define_class_method(mrb, host, "cursor_close", host_cursor_close, MRB_ARGS_REQ(1));
  mrb_define_class_method(mrb, host, "log", host_log, MRB_ARGS_REQ(2));
  mrb_define_class_method(mrb, host, "begin_tx", host_begin_tx, MRB_ARGS_NONE());
  mrb_define_class_method(mrb, host, "commit_tx", host_commit_tx, MRB_ARGS_NONE());
  mrb_define_class_method(mrb, host, "rollback_tx", host_rollback_tx, MRB_ARGS_NONE());
  mrb_define_class_method(mrb, host, "now", host_now, MRB_ARGS_NONE());
  mrb_define_class_method(mrb, host, "fetch", host_fetch, MRB_ARGS_REQ(1));
}
