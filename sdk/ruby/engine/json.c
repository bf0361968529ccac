/* Reads JSON texts as Ruby values. */
#include "engine.h"

#include <mruby/numeric.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 100

typedef struct {
  mrb_state *mrb;
  const char *start;
  const char *at;
  const char *end;
} Source;

_Noreturn static void fail(Source *source) {
  struct RClass *error = mrb_class_get_under(
      source->mrb, mrb_module_get(source->mrb, "JSON"), "ParserError");
  if (source->at >= source->end) mrb_raise(source->mrb, error, "the JSON text ends too early");
  mrb_raisef(source->mrb, error, "unexpected character in JSON at byte %i",
             (mrb_int)(source->at - source->start));
}

static void skip_blanks(Source *source) {
  while (source->at < source->end && memchr(" \t\r\n", *source->at, 4) != NULL) source->at++;
}

static bool accept(Source *source, char wanted) {
  skip_blanks(source);
  if (source->at >= source->end || *source->at != wanted) return false;
  source->at++;
  return true;
}

static void expect(Source *source, char wanted) {
  if (!accept(source, wanted)) fail(source);
}

static uint32_t read_hex(Source *source) {
  uint32_t value = 0;
  for (int index = 0; index < 4; index++, source->at++) {
    if (source->at >= source->end) fail(source);
    char digit = *source->at;
    if (digit >= '0' && digit <= '9') {
      value = value << 4 | (uint32_t)(digit - '0');
    } else if ((digit | 32) >= 'a' && (digit | 32) <= 'f') {
      value = value << 4 | (uint32_t)((digit | 32) - 'a' + 10);
    } else {
      fail(source);
    }
  }
  return value;
}

static void put_code_point(Source *source, mrb_value text, uint32_t code) {
  char bytes[4];
  size_t length;
  if (code < 0x80) {
    bytes[0] = (char)code;
    length = 1;
  } else if (code < 0x800) {
    bytes[0] = (char)(0xc0 | code >> 6);
    length = 2;
  } else if (code < 0x10000) {
    bytes[0] = (char)(0xe0 | code >> 12);
    length = 3;
  } else {
    bytes[0] = (char)(0xf0 | code >> 18);
    length = 4;
  }
  for (size_t index = 1; index < length; index++) {
    bytes[index] = (char)(0x80 | (code >> 6 * (length - 1 - index) & 0x3f));
  }
  mrb_str_cat(source->mrb, text, bytes, length);
}

static void read_escape(Source *source, mrb_value text) {
  static const char names[] = "\"\\/bfnrt";
  static const char meant[] = "\"\\/\b\f\n\r\t";
  if (source->at >= source->end) fail(source);
  char name = *source->at;
  const char *known = memchr(names, name, sizeof names - 1);
  if (known != NULL) {
    source->at++;
    mrb_str_cat(source->mrb, text, meant + (known - names), 1);
    return;
  }
  if (name != 'u') fail(source);
  source->at++;
  uint32_t code = read_hex(source);
  bool is_high = code >= 0xd800 && code < 0xdc00;
  if (is_high && source->end - source->at >= 6 && memcmp(source->at, "\\u", 2) == 0) {
    source->at += 2;
    code = 0x10000 + ((code - 0xd800) << 10) + (read_hex(source) - 0xdc00);
  }
  put_code_point(source, text, code);
}

static mrb_value read_text(Source *source) {
  mrb_value text = mrb_str_new(source->mrb, NULL, 0);
  for (;;) {
    const char *from = source->at;
    while (source->at < source->end && *source->at != '"' && *source->at != '\\' &&
           (uint8_t)*source->at >= 0x20) {
      source->at++;
    }
    mrb_str_cat(source->mrb, text, from, (size_t)(source->at - from));
    if (source->at >= source->end || (uint8_t)*source->at < 0x20) fail(source);
    if (*source->at++ == '"') return text;
    read_escape(source, text);
  }
}

static mrb_value read_number(Source *source) {
  const char *from = source->at;
  bool is_integer = true;
  while (source->at < source->end && memchr("+-.eE0123456789", *source->at, 15) != NULL) {
    if (memchr(".eE", *source->at, 3) != NULL) is_integer = false;
    source->at++;
  }
  mrb_value digits = mrb_str_new(source->mrb, from, (size_t)(source->at - from));
  if (is_integer) {
    bool has_digit = RSTRING_LEN(digits) > (from < source->end && *from == '-');
    if (!has_digit || *from == '+') fail(source);
    return mrb_str_to_integer(source->mrb, digits, 10, TRUE);
  }
  return mrb_float_value(source->mrb, mrb_str_to_dbl(source->mrb, digits, TRUE));
}

static mrb_value read_any(Source *source, int depth);

static mrb_value read_array(Source *source, int depth) {
  mrb_value list = mrb_ary_new(source->mrb);
  if (accept(source, ']')) return list;
  int arena = mrb_gc_arena_save(source->mrb);
  do {
    mrb_ary_push(source->mrb, list, read_any(source, depth));
    mrb_gc_arena_restore(source->mrb, arena);
  } while (accept(source, ','));
  expect(source, ']');
  return list;
}

static mrb_value read_object(Source *source, int depth) {
  mrb_value map = mrb_hash_new(source->mrb);
  if (accept(source, '}')) return map;
  int arena = mrb_gc_arena_save(source->mrb);
  do {
    expect(source, '"');
    mrb_value key = read_text(source);
    expect(source, ':');
    mrb_hash_set(source->mrb, map, key, read_any(source, depth));
    mrb_gc_arena_restore(source->mrb, arena);
  } while (accept(source, ','));
  expect(source, '}');
  return map;
}

static bool accept_word(Source *source, const char *word) {
  size_t length = strlen(word);
  if ((size_t)(source->end - source->at) < length) return false;
  if (memcmp(source->at, word, length) != 0) return false;
  source->at += length;
  return true;
}

static mrb_value read_any(Source *source, int depth) {
  if (depth > DEPTH_MAX) fail(source);
  if (accept(source, '{')) return read_object(source, depth + 1);
  if (accept(source, '[')) return read_array(source, depth + 1);
  if (accept(source, '"')) return read_text(source);
  if (accept_word(source, "null")) return mrb_nil_value();
  if (accept_word(source, "true")) return mrb_true_value();
  if (accept_word(source, "false")) return mrb_false_value();
  return read_number(source);
}

static mrb_value json_parse(mrb_state *mrb, mrb_value self) {
  (void)self;
  char *text;
  mrb_int length;
  mrb_get_args(mrb, "s", &text, &length);
  Source source = {mrb, text, text, text + length};
  mrb_value value = read_any(&source, 0);
  skip_blanks(&source);
  if (source.at != source.end) fail(&source);
  return value;
}

void define_json(mrb_state *mrb, struct RClass *host) {
  mrb_define_class_method(mrb, host, "json_parse", json_parse, MRB_ARGS_REQ(1));
}
