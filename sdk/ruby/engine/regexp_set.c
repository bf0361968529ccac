/* Characters and sets of them in regular expressions: from Ruby's notation to libregexp's. */
#include <stdio.h>
#include <string.h>

#include "regexp_syntax.h"
#include "regexp_text.h"

typedef struct {
  const char *name;
  /* As it stands in a set. */
  const char *set;
} NamedSet;

/* Sets that POSIX names, of all scripts. */
static const NamedSet NAMED_SETS[] = {
    {"alnum", "\\p{Alphabetic}\\p{Nd}"},
    {"alpha", "\\p{Alphabetic}"},
    {"ascii", "\\x00-\\x7f"},
    {"blank", "\\p{Zs}\\x09"},
    {"cntrl", "\\p{Cc}"},
    {"digit", "\\p{Nd}"},
    {"graph", "[^\\p{White_Space}\\p{Cc}\\p{Cn}\\p{Cs}]"},
    {"lower", "\\p{Lowercase}"},
    {"print", "[^\\p{White_Space}\\p{Cc}\\p{Cn}\\p{Cs}]\\p{Zs}"},
    {"punct", "\\p{P}\\x24\\x2b\\x3c-\\x3e\\x5e\\x60\\x7c\\x7e"},
    {"space", "\\p{White_Space}"},
    {"upper", "\\p{Uppercase}"},
    {"word", "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}"},
    {"xdigit", "0-9A-Fa-f"},
};

/* Sets behind a backslash: of ASCII, as Ruby has them. */
static const NamedSet SHORT_SETS[] = {
    {"d", "0-9"},        {"D", "^0-9"},        {"w", "0-9A-Za-z_"}, {"W", "^0-9A-Za-z_"},
    {"s", "\\x09-\\x0d\\x20"}, {"S", "^\\x09-\\x0d\\x20"}, {"h", "0-9A-Fa-f"}, {"H", "^0-9A-Fa-f"},
};

static void write_set(Syntax *syntax, const char *set, bool is_negated) {
  write_text(syntax, is_negated ? "[^" : "[");
  write_text(syntax, set);
  write_text(syntax, "]");
}

static bool is_named(const char *name, const char *from, size_t length) {
  if (strlen(name) != length) return false;
  for (size_t index = 0; index < length; index++) {
    char c = from[index] >= 'A' && from[index] <= 'Z' ? from[index] - 'A' + 'a' : from[index];
    if (c != name[index]) return false;
  }
  return true;
}

/* --- Escapes. --- */

static int digit_value(char c, int base) {
  int value = c >= '0' && c <= '9'   ? c - '0'
              : c >= 'a' && c <= 'f' ? c - 'a' + 10
              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                     : 16;
  return value < base ? value : -1;
}

/* Reads up to `count_max` digits; their number is set. */
static uint32_t take_digits(Syntax *syntax, int base, int count_max, int *count) {
  uint32_t value = 0;
  for (*count = 0; *count < count_max && syntax->at < syntax->end; (*count)++, syntax->at++) {
    int digit = digit_value(*syntax->at, base);
    if (digit < 0) break;
    value = value * (uint32_t)base + (uint32_t)digit;
  }
  return value;
}

/* A byte in hexadecimal; those of a character beyond ASCII follow each other. */
static uint32_t take_bytes(Syntax *syntax) {
  uint8_t bytes[4];
  int length = 0, wanted = 1, count;
  do {
    if (length > 0 && !skip(syntax, "\\x")) break;
    bytes[length] = (uint8_t)take_digits(syntax, 16, 2, &count);
    if (count == 0) refuse(syntax, "invalid hex escape");
    if (length == 0) {
      uint8_t lead = bytes[0];
      if (lead < 0x80 || (syntax->options & NO_ENCODING) != 0) return lead;
      wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    }
    length++;
  } while (length < wanted);
  if (length != wanted || character_length(bytes, bytes + length) != length) {
    refuse(syntax, "invalid multibyte escape");
  }
  return character_at(bytes, length);
}

static uint32_t checked(Syntax *syntax, uint32_t character, bool is_written) {
  if (!is_written) refuse(syntax, "invalid Unicode escape");
  if (character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff)) {
    refuse(syntax, "invalid Unicode range");
  }
  return character;
}

/* `\u0041`, or some in braces, of which all but the last are written. */
static uint32_t take_unicode(Syntax *syntax) {
  int count;
  if (!skip(syntax, "{")) {
    uint32_t character = take_digits(syntax, 16, 4, &count);
    return checked(syntax, character, count == 4);
  }
  for (;;) {
    while (skip(syntax, " ")) continue;
    uint32_t value = take_digits(syntax, 16, 8, &count);
    uint32_t character = checked(syntax, value, count > 0);
    while (skip(syntax, " ")) continue;
    if (skip(syntax, "}")) return character;
    write_character(syntax, character);
  }
}

static void translate_property(Syntax *syntax, bool is_negated) {
  const char *from, *to;
  char written[96];
  if (!skip(syntax, "{")) refuse(syntax, "invalid character property name {p}");
  if (skip(syntax, "^")) is_negated = !is_negated;
  take_name(syntax, '}', &from, &to);
  size_t length = (size_t)(to - from);
  for (int index = 0; index < COUNT(NAMED_SETS); index++) {
    if (!is_named(NAMED_SETS[index].name, from, length)) continue;
    write_set(syntax, NAMED_SETS[index].set, is_negated);
    return;
  }
  if (is_named("any", from, length)) {
    write_set(syntax, is_negated ? "" : "^", false);
  } else if (find_property(from, length, written, sizeof written)) {
    write_set(syntax, written, is_negated);
  } else {
    mrb_value message = mrb_format(syntax->mrb, "invalid character property name {%l}", from,
                                   length);
    refuse(syntax, mrb_string_cstr(syntax->mrb, message));
  }
}

uint32_t take_escape(Syntax *syntax, bool is_in_set) {
  for (int index = 0; index < COUNT(SHORT_SETS); index++) {
    if (!skip(syntax, SHORT_SETS[index].name)) continue;
    /* Whatever the case, no letter beyond ASCII is one of them. */
    bool is_outside = !is_in_set && (syntax->options & IGNORECASE) != 0;
    if (is_outside) write_text(syntax, "(?-i:");
    write_set(syntax, SHORT_SETS[index].set, false);
    if (is_outside) write_text(syntax, ")");
    return WROTE_SET;
  }
  int count;
  char c = *syntax->at;
  if (c >= '0' && c <= '7') return take_digits(syntax, 8, 3, &count) & 0xff;
  if (c == '\\' || (uint8_t)c >= 0x80) return take_character(syntax);
  syntax->at++;
  switch (c) {
    case 'p':
    case 'P': translate_property(syntax, c == 'P'); return WROTE_SET;
    case 'x': return take_bytes(syntax);
    case 'u': return take_unicode(syntax);
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'f': return '\f';
    case 'v': return '\v';
    case 'a': return '\a';
    case 'e': return 0x1b;
    case 'b': return is_in_set ? '\b' : 'b';
    case 'C':
      if (!skip(syntax, "-")) refuse(syntax, "too short control sequence");
      break;
    case 'c': break;
    case 'M': refuse(syntax, "a meta character is not there in a procedure");
    default: return (uint8_t)c;
  }
  if (syntax->at == syntax->end) refuse(syntax, "too short control sequence");
  return *syntax->at == '?' ? (syntax->at++, 0x7f) : take_character(syntax) & 0x1f;
}

/* --- Sets in brackets. --- */

/* `[:alpha:]`, behind its bracket; false where it is a set like others. */
static bool translate_posix_set(Syntax *syntax) {
  const char *at = syntax->at + 1;
  bool is_negated = at < syntax->end && *at == '^';
  if (is_negated) at++;
  const char *from = at;
  while (at < syntax->end && ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z'))) at++;
  if (syntax->end - at < 2 || memcmp(at, ":]", 2) != 0) return false;
  for (int index = 0; index < COUNT(NAMED_SETS); index++) {
    const char *name = NAMED_SETS[index].name;
    if (strlen(name) != (size_t)(at - from) || memcmp(name, from, strlen(name)) != 0) continue;
    write_set(syntax, NAMED_SETS[index].set, is_negated);
    syntax->at = at + 2;
    return true;
  }
  refuse(syntax, "invalid POSIX bracket type");
}

/* A character of the set, or WROTE_SET. */
static uint32_t take_member(Syntax *syntax) {
  if (syntax->at == syntax->end) refuse(syntax, "premature end of char-class");
  if (skip(syntax, "[")) {
    bool is_posix = syntax->at < syntax->end && *syntax->at == ':';
    if (!is_posix || !translate_posix_set(syntax)) translate_set(syntax);
    return WROTE_SET;
  }
  if (!skip(syntax, "\\")) return take_character(syntax);
  if (syntax->at == syntax->end) refuse(syntax, "premature end of char-class");
  if (skip(syntax, "R")) return 'R';
  return take_escape(syntax, true);
}

static void translate_member(Syntax *syntax) {
  uint32_t from = take_member(syntax);
  bool is_range = syntax->end - syntax->at >= 2 && syntax->at[0] == '-' && syntax->at[1] != ']' &&
                  memcmp(syntax->at, "-&&", syntax->end - syntax->at >= 3 ? 3 : 2) != 0;
  if (from == WROTE_SET) {
    /* Behind a set a dash is one. */
    if (skip(syntax, "-")) write_character(syntax, '-');
    return;
  }
  if (!is_range) {
    write_character(syntax, from);
    return;
  }
  syntax->at++;
  if (syntax->at[0] == '[') {
    write_character(syntax, from);
    write_character(syntax, '-');
    return;
  }
  mrb_int place = RSTRING_LEN(syntax->made);
  uint32_t to = take_member(syntax);
  if (to == WROTE_SET || RSTRING_LEN(syntax->made) != place) {
    refuse(syntax, "char-class value at end of range");
  }
  if (to < from) refuse(syntax, "empty range in char class");
  write_character(syntax, from);
  write_text(syntax, "-");
  write_character(syntax, to);
}

/* Puts brackets around what was written from `place` on. */
static void close_operand(Syntax *syntax, mrb_int place) {
  mrb_state *mrb = syntax->mrb;
  mrb_value operand = mrb_str_new(mrb, RSTRING_PTR(syntax->made) + place,
                                  (size_t)(RSTRING_LEN(syntax->made) - place));
  mrb_str_resize(mrb, syntax->made, place);
  write_set(syntax, mrb_string_cstr(mrb, operand), false);
}

void translate_set(Syntax *syntax) {
  enter_nesting(syntax);
  write_text(syntax, skip(syntax, "^") ? "[^" : "[");
  mrb_int place = RSTRING_LEN(syntax->made);
  bool is_intersection = false;
  if (syntax->at < syntax->end && *syntax->at == ']') {
    /* A bracket in front of all others is one, if another closes the set. */
    if (memchr(syntax->at + 1, ']', (size_t)(syntax->end - syntax->at - 1)) == NULL) {
      refuse(syntax, "empty char-class");
    }
    syntax->at++;
    write_character(syntax, ']');
  }
  for (;;) {
    if (syntax->at == syntax->end) refuse(syntax, "premature end of char-class");
    if (skip(syntax, "]")) break;
    if (skip(syntax, "&&")) {
      close_operand(syntax, place);
      write_text(syntax, "&&");
      place = RSTRING_LEN(syntax->made);
      is_intersection = true;
    } else {
      translate_member(syntax);
    }
  }
  if (is_intersection) close_operand(syntax, place);
  write_text(syntax, "]");
  syntax->depth--;
}
