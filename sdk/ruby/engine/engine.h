/* What the parts of the engine share. A function that fails raises a Ruby exception. */
#ifndef ENGINE_H
#define ENGINE_H

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/hash.h>
#include <mruby/string.h>
#include <mruby/variable.h>
#include <stdbool.h>
#include <stdint.h>

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

typedef struct {
  const uint8_t *at;
  const uint8_t *end;
} Reader;

/* Whether what calls itself must end. mruby asks it too, which the build lets it do. */
bool hdb_stack_is_short(void);

/* Reads one value of MessagePack. */
mrb_value read_value(mrb_state *mrb, Reader *reader, int depth);

/* Read the head of a list or map. */
int64_t read_list_length(mrb_state *mrb, Reader *reader);
int64_t read_map_length(mrb_state *mrb, Reader *reader);

/* Appends a value to a String that holds MessagePack. */
void write_value(mrb_state *mrb, mrb_value bytes, mrb_value value, int depth);

/* A String of the class Blob. */
mrb_value blob(mrb_state *mrb, const uint8_t *bytes, uint32_t length);

/* A class of the SDK by its name. */
struct RClass *sdk_class(mrb_state *mrb, const char *name);

/* The parameter at `index`. */
mrb_value parameter(mrb_state *mrb, uint32_t index);

/* Raises the database's own error, with its SQLSTATE. */
_Noreturn void raise_last_error(mrb_state *mrb);

/* Define the functions of the module HeliosDB: queries and the rest of the host; JSON; files; and
 * regular expressions with their classes. */
void define_calls(mrb_state *mrb, struct RClass *host);
void define_services(mrb_state *mrb, struct RClass *host);
void define_json(mrb_state *mrb, struct RClass *host);
void define_files(mrb_state *mrb, struct RClass *host);
void define_regexp(mrb_state *mrb, struct RClass *host);

#endif
