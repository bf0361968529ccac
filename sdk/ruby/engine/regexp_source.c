/* The source of a regular expression as it is read, and what is written of it. */
#include <stdio.h>
#include <string.h>

#include "regexp_syntax.h"
#include "regexp_text.h"

#define NESTING_MAX 200

void raise_regexp_error(mrb_state *mrb, const char *message, mrb_value source, int options) {
  mrb_raisef(mrb, E_REGEXP_ERROR, "%s: /%v/%s%s%s", message, source,
             (options & MULTILINE) != 0 ? "m" : "", (options & IGNORECASE) != 0 ? "i" : "",
             (options & EXTENDED) != 0 ? "x" : "");
}

void refuse(Syntax *syntax, const char *message) {
  raise_regexp_error(syntax->mrb, message, syntax->source, syntax->all_options);
}

void lacks(Syntax *syntax, const char *what) {
  mrb_value message = mrb_format(syntax->mrb, "%s is not there in a procedure", what);
  refuse(syntax, mrb_string_cstr(syntax->mrb, message));
}

void enter_nesting(Syntax *syntax) {
  if (++syntax->depth > NESTING_MAX || hdb_stack_is_short()) {
    refuse(syntax, "too deep nest level");
  }
}

bool is_at(const Syntax *syntax, const char *text) {
  size_t length = strlen(text);
  return (size_t)(syntax->end - syntax->at) >= length && memcmp(syntax->at, text, length) == 0;
}

bool skip(Syntax *syntax, const char *text) {
  if (!is_at(syntax, text)) return false;
  syntax->at += strlen(text);
  return true;
}

void write_text(Syntax *syntax, const char *text) {
  mrb_str_cat_cstr(syntax->mrb, syntax->made, text);
}

void insert_text(Syntax *syntax, mrb_int place, const char *text) {
  mrb_int length = RSTRING_LEN(syntax->made);
  mrb_int added = (mrb_int)strlen(text);
  write_text(syntax, text);
  char *made = RSTRING_PTR(syntax->made);
  memmove(made + place + added, made + place, (size_t)(length - place));
  memcpy(made + place, text, (size_t)added);
}

void write_number(Syntax *syntax, const char *format, int number) {
  char text[40];
  snprintf(text, sizeof text, format, number);
  write_text(syntax, text);
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (uint8_t)c >= 0x80;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void write_character(Syntax *syntax, uint32_t character) {
  char text[16];
  if (character < 0x80 && is_word((char)character)) {
    snprintf(text, sizeof text, "%c", (int)character);
  } else {
    snprintf(text, sizeof text, character < 0x80 ? "\\x%02x" : "\\u{%x}", (unsigned)character);
  }
  write_text(syntax, text);
}

uint32_t take_character(Syntax *syntax) {
  const uint8_t *at = (const uint8_t *)syntax->at;
  int length = character_length(at, (const uint8_t *)syntax->end);
  uint32_t character = character_at(at, length);
  if (character >= NO_CHARACTER) refuse(syntax, "invalid multibyte character");
  syntax->at += length;
  return character;
}

void take_name(Syntax *syntax, char close, const char **from, const char **to) {
  *from = syntax->at;
  while (syntax->at < syntax->end && *syntax->at != close) syntax->at++;
  if (syntax->at == syntax->end) refuse(syntax, "end pattern with unmatched group name");
  *to = syntax->at++;
}
