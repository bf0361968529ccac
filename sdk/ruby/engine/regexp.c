/* The classes Regexp and MatchData, as far as they are in C, and what String asks of them. */
#include "regexp.h"

#include <mruby/data.h>
#include <mruby/proc.h>
#include <stdlib.h>
#include <string.h>

#include "regexp_text.h"

/* Patterns of literals that are kept, by their options. */
#define CACHED_MAX 256

static struct RClass *regexp_class;
static struct RClass *match_class;
static mrb_sym last_match, cache_name, source_name, options_name, names_name, regexp_name,
    string_name, offsets_name;

static void free_pattern(mrb_state *mrb, void *data) {
  Pattern *pattern = data;
  if (pattern != NULL) free(pattern->code);
  free(pattern);
}

static const mrb_data_type PATTERN_TYPE = {"Regexp", free_pattern};

static const Pattern *pattern_of(mrb_state *mrb, mrb_value regexp) {
  const Pattern *pattern = mrb_data_check_get_ptr(mrb, regexp, &PATTERN_TYPE);
  if (pattern == NULL) mrb_raise(mrb, E_TYPE_ERROR, "uninitialized Regexp");
  return pattern;
}

static bool is_regexp(mrb_state *mrb, mrb_value value) {
  return mrb_type(value) == MRB_TT_CDATA && mrb_obj_is_kind_of(mrb, value, regexp_class);
}

/* --- Compiling. --- */

/* `encoding` is the literal's option n or u. */
static int options_of(mrb_state *mrb, mrb_value options, mrb_value encoding) {
  bool is_bytes = mrb_string_p(encoding) && strcmp(mrb_string_cstr(mrb, encoding), "n") == 0;
  int made = is_bytes ? NO_ENCODING : 0;
  if (mrb_integer_p(options)) {
    return made | ((int)mrb_integer(options) & (IGNORECASE | EXTENDED | MULTILINE | NO_ENCODING));
  }
  if (!mrb_string_p(options)) return made | (mrb_test(options) ? IGNORECASE : 0);
  for (mrb_int index = 0; index < RSTRING_LEN(options); index++) {
    switch (RSTRING_PTR(options)[index]) {
      case 'i': made |= IGNORECASE; break;
      case 'x': made |= EXTENDED; break;
      case 'm': made |= MULTILINE; break;
      default: mrb_raisef(mrb, E_ARGUMENT_ERROR, "unknown regexp options: %v", options);
    }
  }
  return made;
}

static void compile(mrb_state *mrb, mrb_value regexp, mrb_value source, int options) {
  Pattern made;
  char error[96] = "";
  source = mrb_obj_freeze(mrb, mrb_str_dup(mrb, source));
  mrb_value names = mrb_hash_new(mrb);
  mrb_value text = translate_regexp(mrb, source, options, &made, names);
  if (!compile_pattern(&made, mrb_string_cstr(mrb, text), (size_t)RSTRING_LEN(text), options, error,
                       sizeof error)) {
    raise_regexp_error(mrb, error, source, options);
  }
  Pattern *pattern = malloc(sizeof *pattern);
  if (pattern == NULL) {
    free(made.code);
    mrb_exc_raise(mrb, mrb_obj_value(mrb->nomem_err));
  }
  *pattern = made;
  free_pattern(mrb, DATA_PTR(regexp));
  mrb_data_init(regexp, pattern, &PATTERN_TYPE);
  mrb_iv_set(mrb, regexp, source_name, source);
  mrb_iv_set(mrb, regexp, options_name, mrb_int_value(mrb, options));
  mrb_iv_set(mrb, regexp, names_name, names);
}

/* Regexp.new(source, options = nil): `source` may be another Regexp. */
static mrb_value regexp_initialize(mrb_state *mrb, mrb_value self) {
  mrb_value source, options = mrb_nil_value(), encoding = mrb_nil_value();
  mrb_get_args(mrb, "o|oo", &source, &options, &encoding);
  mrb_check_frozen(mrb, mrb_basic_ptr(self));
  if (is_regexp(mrb, source)) {
    options = mrb_iv_get(mrb, source, options_name);
    source = mrb_iv_get(mrb, source, source_name);
  }
  mrb_ensure_string_type(mrb, source);
  compile(mrb, self, source, options_of(mrb, options, encoding));
  return self;
}

/* What a literal is: the same object each time, as long as it is kept. */
static mrb_value regexp_compile(mrb_state *mrb, mrb_value self) {
  mrb_value source, options = mrb_nil_value(), encoding = mrb_nil_value();
  mrb_get_args(mrb, "o|oo", &source, &options, &encoding);
  mrb_value arguments[] = {source, options, encoding};
  if (mrb_class_ptr(self) != regexp_class || !mrb_string_p(source)) {
    return mrb_obj_new(mrb, mrb_class_ptr(self), COUNT(arguments), arguments);
  }
  mrb_value caches = mrb_iv_get(mrb, self, cache_name);
  mrb_value number = mrb_int_value(mrb, options_of(mrb, options, encoding));
  mrb_value cache = mrb_hash_get(mrb, caches, number);
  if (mrb_nil_p(cache)) {
    cache = mrb_hash_new(mrb);
    mrb_hash_set(mrb, caches, number, cache);
  }
  mrb_value known = mrb_hash_get(mrb, cache, source);
  if (!mrb_nil_p(known)) return known;
  mrb_value made = mrb_obj_new(mrb, regexp_class, COUNT(arguments), arguments);
  if (mrb_hash_size(mrb, cache) >= CACHED_MAX) mrb_hash_clear(mrb, cache);
  mrb_hash_set(mrb, cache, mrb_iv_get(mrb, made, source_name), mrb_obj_freeze(mrb, made));
  return made;
}

/* --- Texts. --- */

static Text text_of(mrb_state *mrb, mrb_value string) {
  struct RClass *class = mrb_obj_class(mrb, string);
  bool is_blob =
      class != mrb->string_class && mrb_obj_is_kind_of(mrb, string, sdk_class(mrb, "Blob"));
  const uint8_t *start = (const uint8_t *)RSTRING_PTR(string);
  return (Text){start, start + RSTRING_LEN(string), is_blob ? TEXT_OF_BYTES : TEXT_OF_UTF8};
}

/* The text that is matched: of a Symbol its name, nil for nil. */
static mrb_value subject(mrb_state *mrb, mrb_value value) {
  if (mrb_symbol_p(value)) return mrb_sym_str(mrb, mrb_symbol(value));
  return mrb_nil_p(value) ? value : mrb_ensure_string_type(mrb, value);
}

static mrb_int count_characters(Text text, const uint8_t *to) {
  mrb_int count = 0;
  for (const uint8_t *at = text.start; at < to; count++) at += LENGTH_AT(at, text.end, text.type);
  return count;
}

/* Where the character at `place` begins, which counts from the end below 0; -1 outside. */
static mrb_int byte_of(Text text, mrb_int place) {
  if (place < 0) place += count_characters(text, text.end);
  if (place < 0) return -1;
  const uint8_t *at = text.start;
  for (; place > 0; place--) {
    if (at == text.end) return -1;
    at += LENGTH_AT(at, text.end, text.type);
  }
  return at - text.start;
}

static mrb_value host_byte_of(mrb_state *mrb, mrb_value self) {
  mrb_value string;
  mrb_int place;
  mrb_get_args(mrb, "Si", &string, &place);
  mrb_int byte = byte_of(text_of(mrb, string), place);
  return byte < 0 ? mrb_nil_value() : mrb_int_value(mrb, byte);
}

static mrb_value host_character_of(mrb_state *mrb, mrb_value self) {
  mrb_value string;
  mrb_int byte;
  mrb_get_args(mrb, "Si", &string, &byte);
  Text text = text_of(mrb, string);
  return mrb_int_value(mrb, count_characters(text, text.start + byte));
}

/* Where the character behind the one at a byte begins. */
static mrb_value host_next_byte(mrb_state *mrb, mrb_value self) {
  mrb_value string;
  mrb_int byte;
  mrb_get_args(mrb, "Si", &string, &byte);
  Text text = text_of(mrb, string);
  const uint8_t *at = text.start + byte;
  return mrb_int_value(mrb, at < text.end ? byte + LENGTH_AT(at, text.end, text.type) : byte + 1);
}

/* --- Matching. --- */

static bool search(mrb_state *mrb, mrb_value regexp, mrb_value string, mrb_int from, Search where,
                   int32_t *offsets) {
  const Pattern *pattern = pattern_of(mrb, regexp);
  Text text = text_of(mrb, string);
  if (from < 0 || from > text.end - text.start) return false;
  int status = match_pattern(pattern, text, (size_t)from, where, offsets);
  if (status < 0) mrb_exc_raise(mrb, mrb_obj_value(mrb->nomem_err));
  return status == 1;
}

static mrb_value list_of(mrb_state *mrb, mrb_value regexp, const int32_t *offsets) {
  int count = 2 * pattern_of(mrb, regexp)->group_count;
  mrb_value list = mrb_ary_new_capa(mrb, count);
  for (int index = 0; index < count; index++) {
    mrb_ary_push(mrb, list, mrb_int_value(mrb, offsets[index]));
  }
  return list;
}

static mrb_value make_match(mrb_state *mrb, mrb_value regexp, mrb_value string,
                            mrb_value offsets) {
  if (!mrb_frozen_p(mrb_basic_ptr(string))) {
    struct RClass *class = mrb_basic_ptr(string)->c;
    string = mrb_str_dup(mrb, string);
    mrb_basic_ptr(string)->c = class;
    mrb_obj_freeze(mrb, string);
  }
  mrb_value match = mrb_obj_value(mrb_obj_alloc(mrb, MRB_TT_OBJECT, match_class));
  mrb_iv_set(mrb, match, regexp_name, regexp);
  mrb_iv_set(mrb, match, string_name, string);
  mrb_iv_set(mrb, match, offsets_name, offsets);
  mrb_gv_set(mrb, last_match, match);
  return match;
}

static mrb_value no_match(mrb_state *mrb) {
  mrb_gv_set(mrb, last_match, mrb_nil_value());
  return mrb_nil_value();
}

/* Searches and tells `$~`; nil without a match. */
static mrb_value match_from(mrb_state *mrb, mrb_value regexp, mrb_value string, mrb_int from,
                            Search where, int32_t *offsets) {
  if (!search(mrb, regexp, string, from, where, offsets)) return no_match(mrb);
  return make_match(mrb, regexp, string, list_of(mrb, regexp, offsets));
}

/* regexp.offsets(string, byte): two numbers of bytes for each group, -1 for one without a match. */
static mrb_value regexp_offsets(mrb_state *mrb, mrb_value self) {
  mrb_value string;
  mrb_int from;
  mrb_get_args(mrb, "Si", &string, &from);
  int32_t offsets[2 * REGEXP_GROUPS_MAX];
  if (!search(mrb, self, string, from, SEARCH_ON, offsets)) return mrb_nil_value();
  return list_of(mrb, self, offsets);
}

/* regexp.match_from(string, byte, where): the MatchData, which is `$~` then. */
static mrb_value regexp_match_from(mrb_state *mrb, mrb_value self) {
  mrb_value string;
  mrb_int from, where;
  mrb_get_args(mrb, "Sii", &string, &from, &where);
  int32_t offsets[2 * REGEXP_GROUPS_MAX];
  return match_from(mrb, self, string, from, (Search)where, offsets);
}

/* regexp.match_of(string, offsets): the MatchData of what `offsets` found. */
static mrb_value regexp_match_of(mrb_state *mrb, mrb_value self) {
  mrb_value string, offsets;
  mrb_get_args(mrb, "SA", &string, &offsets);
  return make_match(mrb, self, string, offsets);
}

static mrb_value place_of_match(mrb_state *mrb, mrb_value regexp, mrb_value string) {
  int32_t offsets[2 * REGEXP_GROUPS_MAX];
  if (mrb_nil_p(string)) return no_match(mrb);
  if (mrb_nil_p(match_from(mrb, regexp, string, 0, SEARCH_ON, offsets))) return mrb_nil_value();
  Text text = text_of(mrb, string);
  return mrb_int_value(mrb, count_characters(text, text.start + offsets[0]));
}

static mrb_value regexp_match_operator(mrb_state *mrb, mrb_value self) {
  return place_of_match(mrb, self, subject(mrb, mrb_get_arg1(mrb)));
}

static mrb_value regexp_case_equal(mrb_state *mrb, mrb_value self) {
  mrb_value value = mrb_get_arg1(mrb);
  int32_t offsets[2 * REGEXP_GROUPS_MAX];
  if (!mrb_string_p(value) && !mrb_symbol_p(value)) {
    no_match(mrb);
    return mrb_false_value();
  }
  mrb_value match = match_from(mrb, self, subject(mrb, value), 0, SEARCH_ON, offsets);
  return mrb_bool_value(!mrb_nil_p(match));
}

/* regexp.match?(string, place = 0): leaves `$~` as it is. */
static mrb_value regexp_matches(mrb_state *mrb, mrb_value self) {
  mrb_value value;
  mrb_int place = 0;
  mrb_get_args(mrb, "o|i", &value, &place);
  mrb_value string = subject(mrb, value);
  int32_t offsets[2 * REGEXP_GROUPS_MAX];
  if (mrb_nil_p(string)) return mrb_false_value();
  mrb_int from = byte_of(text_of(mrb, string), place);
  return mrb_bool_value(search(mrb, self, string, from, SEARCH_ON, offsets));
}

/* --- Methods of String that take a text or a pattern. --- */

static mrb_value string_match_operator(mrb_state *mrb, mrb_value self) {
  mrb_value pattern = mrb_get_arg1(mrb);
  if (is_regexp(mrb, pattern)) return place_of_match(mrb, pattern, self);
  if (mrb_string_p(pattern)) mrb_raise(mrb, E_TYPE_ERROR, "type mismatch: String given");
  return mrb_funcall_argv(mrb, pattern, mrb_intern_lit(mrb, "=~"), 1, &self);
}

/* mruby's methods, each with the SDK's for patterns. */
enum { SLICE, ASSIGN, INDEX, RINDEX, SPLIT, START_WITH, STRING_METHODS };

static mrb_func_t own_methods[STRING_METHODS];

/* Calls mruby's method for texts, and the SDK's where an argument is a pattern. */
static mrb_value text_or_pattern(mrb_state *mrb, mrb_value self, int method,
                                 const char *with_pattern) {
  const mrb_value *arguments;
  mrb_int count;
  mrb_value block;
  mrb_get_args(mrb, "*&", &arguments, &count, &block);
  bool has_pattern = false;
  for (mrb_int index = 0; index < count; index++) {
    has_pattern = has_pattern || is_regexp(mrb, arguments[index]);
  }
  if (!has_pattern) return own_methods[method](mrb, self);
  mrb_sym name = mrb_intern_cstr(mrb, with_pattern);
  return mrb_funcall_with_block(mrb, self, name, count, arguments, block);
}

static mrb_value string_slice(mrb_state *mrb, mrb_value self) {
  return text_or_pattern(mrb, self, SLICE, "__slice");
}

static mrb_value string_assign(mrb_state *mrb, mrb_value self) {
  return text_or_pattern(mrb, self, ASSIGN, "__assign");
}

static mrb_value string_index(mrb_state *mrb, mrb_value self) {
  return text_or_pattern(mrb, self, INDEX, "__index");
}

static mrb_value string_rindex(mrb_state *mrb, mrb_value self) {
  return text_or_pattern(mrb, self, RINDEX, "__rindex");
}

static mrb_value string_split(mrb_state *mrb, mrb_value self) {
  return text_or_pattern(mrb, self, SPLIT, "__split");
}

static mrb_value string_start_with(mrb_state *mrb, mrb_value self) {
  return text_or_pattern(mrb, self, START_WITH, "__start_with");
}

static void replace_method(mrb_state *mrb, const char *name, int method, mrb_func_t function) {
  struct RClass *class = mrb->string_class;
  mrb_method_t own = mrb_method_search_vm(mrb, &class, mrb_intern_cstr(mrb, name));
  own_methods[method] = MRB_METHOD_FUNC(own);
  mrb_define_method(mrb, mrb->string_class, name, function, MRB_ARGS_ANY());
}

static void extend_string(mrb_state *mrb) {
  mrb_define_method(mrb, mrb->string_class, "=~", string_match_operator, MRB_ARGS_REQ(1));
  replace_method(mrb, "[]", SLICE, string_slice);
  /* Both names are one function of mruby's. */
  mrb_define_method(mrb, mrb->string_class, "slice", string_slice, MRB_ARGS_ANY());
  replace_method(mrb, "[]=", ASSIGN, string_assign);
  replace_method(mrb, "index", INDEX, string_index);
  replace_method(mrb, "rindex", RINDEX, string_rindex);
  replace_method(mrb, "split", SPLIT, string_split);
  replace_method(mrb, "start_with?", START_WITH, string_start_with);
}

void define_regexp(mrb_state *mrb, struct RClass *host) {
  start_regexp_engine();
  last_match = mrb_intern_lit(mrb, "$~");
  cache_name = mrb_intern_lit(mrb, "cache");
  source_name = mrb_intern_lit(mrb, "@source");
  options_name = mrb_intern_lit(mrb, "@options");
  names_name = mrb_intern_lit(mrb, "@names");
  regexp_name = mrb_intern_lit(mrb, "@regexp");
  string_name = mrb_intern_lit(mrb, "@string");
  offsets_name = mrb_intern_lit(mrb, "@offsets");
  regexp_class = mrb_define_class(mrb, "Regexp", mrb->object_class);
  MRB_SET_INSTANCE_TT(regexp_class, MRB_TT_CDATA);
  match_class = mrb_define_class(mrb, "MatchData", mrb->object_class);
  mrb_undef_class_method(mrb, match_class, "new");
  mrb_iv_set(mrb, mrb_obj_value(regexp_class), cache_name, mrb_hash_new(mrb));
  mrb_define_class_method(mrb, regexp_class, "compile", regexp_compile, MRB_ARGS_ARG(1, 2));
  mrb_define_method(mrb, regexp_class, "initialize", regexp_initialize, MRB_ARGS_ARG(1, 2));
  mrb_define_method(mrb, regexp_class, "initialize_copy", regexp_initialize, MRB_ARGS_REQ(1));
  mrb_define_method(mrb, regexp_class, "offsets", regexp_offsets, MRB_ARGS_REQ(2));
  mrb_define_method(mrb, regexp_class, "match_from", regexp_match_from, MRB_ARGS_REQ(3));
  mrb_define_method(mrb, regexp_class, "match_of", regexp_match_of, MRB_ARGS_REQ(2));
  mrb_define_method(mrb, regexp_class, "=~", regexp_match_operator, MRB_ARGS_REQ(1));
  mrb_define_method(mrb, regexp_class, "===", regexp_case_equal, MRB_ARGS_REQ(1));
  mrb_define_method(mrb, regexp_class, "match?", regexp_matches, MRB_ARGS_ARG(1, 1));
  mrb_define_class_method(mrb, host, "byte_of", host_byte_of, MRB_ARGS_REQ(2));
  mrb_define_class_method(mrb, host, "character_of", host_character_of, MRB_ARGS_REQ(2));
  mrb_define_class_method(mrb, host, "next_byte", host_next_byte, MRB_ARGS_REQ(2));
  extend_string(mrb);
}
