/* The notation of regular expressions: from Ruby's to libregexp's, in its form for sets. */
#include "regexp_syntax.h"

#include <stdio.h>
#include <string.h>

#define REPEATS_MAX 100000
#define NO_LIMIT -1

static void translate_alternatives(Syntax *syntax);

/* --- Groups. --- */

static int add_made_group(Syntax *syntax) {
  if (syntax->made_group_count + 1 >= REGEXP_GROUPS_MAX) refuse(syntax, "too many groups");
  return ++syntax->made_group_count;
}

/* A group that Ruby counts too. */
static int add_group(Syntax *syntax) {
  int made = add_made_group(syntax);
  syntax->pattern->groups[syntax->pattern->group_count] = (uint8_t)made;
  return syntax->pattern->group_count++;
}

static void translate_group_body(Syntax *syntax) {
  int options = syntax->options;
  translate_alternatives(syntax);
  syntax->options = options;
  if (!skip(syntax, ")")) refuse(syntax, "end pattern with unmatched parenthesis");
  write_text(syntax, ")");
}

static void translate_atomic_group(Syntax *syntax) {
  if (syntax->is_behind) lacks(syntax, "an atomic group in a look-behind");
  /* A look-ahead is never gone back into; what it found is taken. */
  int made = add_made_group(syntax);
  write_text(syntax, "(?:(?=(");
  translate_group_body(syntax);
  write_number(syntax, ")\\%d)", made);
}

static void translate_look_behind(Syntax *syntax, const char *open) {
  bool is_behind = syntax->is_behind;
  syntax->is_behind = true;
  write_text(syntax, open);
  translate_group_body(syntax);
  syntax->is_behind = is_behind;
}

static void translate_named_group(Syntax *syntax, char close) {
  mrb_state *mrb = syntax->mrb;
  const char *from, *to;
  take_name(syntax, close, &from, &to);
  bool is_name = from < to && !is_digit(*from);
  for (const char *at = from; at < to; at++) is_name = is_name && is_word(*at);
  mrb_value name = mrb_str_new(mrb, from, (size_t)(to - from));
  if (!is_name) {
    mrb_value message = mrb_format(mrb, "invalid group name <%v>", name);
    refuse(syntax, mrb_string_cstr(mrb, message));
  }
  mrb_value numbers = mrb_hash_get(mrb, syntax->names, name);
  if (mrb_nil_p(numbers)) {
    numbers = mrb_ary_new(mrb);
    mrb_hash_set(mrb, syntax->names, mrb_obj_freeze(mrb, name), numbers);
  }
  mrb_ary_push(mrb, numbers, mrb_int_value(mrb, add_group(syntax)));
  write_text(syntax, "(");
  translate_group_body(syntax);
}

/* Opens what holds the options from here on; false where libregexp need not know of them. */
static bool open_options(Syntax *syntax, int on, int off) {
  syntax->options = (syntax->options | on) & ~off;
  if (((on | off) & (IGNORECASE | MULTILINE)) == 0) return false;
  char text[12];
  snprintf(text, sizeof text, "(?%s%s%s%s%s:", (on & IGNORECASE) != 0 ? "i" : "",
           (on & MULTILINE) != 0 ? "s" : "", (off & (IGNORECASE | MULTILINE)) != 0 ? "-" : "",
           (off & IGNORECASE) != 0 ? "i" : "", (off & MULTILINE) != 0 ? "s" : "");
  write_text(syntax, text);
  return true;
}

/* What was translated, and so what may stand behind it: a part or a place can be repeated. */
typedef enum { PART, PLACE, OPTIONS } Translated;

/* `(?i)` or `(?i:`, behind its question mark. */
static Translated translate_options(Syntax *syntax, int *open_count) {
  int sets[2] = {0, 0};
  int which = 0;
  for (;; syntax->at++) {
    if (syntax->at == syntax->end) refuse(syntax, "end pattern in group");
    char c = *syntax->at;
    if (c == '-' && which == 0) which = 1;
    else if (c == 'i') sets[which] |= IGNORECASE;
    else if (c == 'x') sets[which] |= EXTENDED;
    else if (c == 'm') sets[which] |= MULTILINE;
    else if (c == 'a' || c == 'u' || c == 'd') lacks(syntax, "an option a, d or u of a group");
    else break;
  }
  int on = sets[0] & ~sets[1];
  if (skip(syntax, ")")) {
    if (open_options(syntax, on, sets[1])) (*open_count)++;
    return OPTIONS;
  }
  if (!skip(syntax, ":")) refuse(syntax, "undefined group option");
  int options = syntax->options;
  if (!open_options(syntax, on, sets[1])) write_text(syntax, "(?:");
  translate_group_body(syntax);
  syntax->options = options;
  return PART;
}

/* Translates a group, behind its parenthesis. */
static Translated translate_group(Syntax *syntax, int *open_count) {
  if (!is_at(syntax, "?")) {
    if (!syntax->has_names) add_group(syntax);
    write_text(syntax, syntax->has_names ? "(?:" : "(");
    translate_group_body(syntax);
    return PART;
  }
  syntax->at++;
  if (skip(syntax, ":")) {
    write_text(syntax, "(?:");
    translate_group_body(syntax);
    return PART;
  }
  if (is_at(syntax, "=") || is_at(syntax, "!")) {
    write_text(syntax, *syntax->at++ == '=' ? "(?=" : "(?!");
    translate_group_body(syntax);
    return PLACE;
  }
  if (skip(syntax, "<=")) {
    translate_look_behind(syntax, "(?<=");
    return PLACE;
  }
  if (skip(syntax, "<!")) {
    translate_look_behind(syntax, "(?<!");
    return PLACE;
  }
  if (skip(syntax, ">")) translate_atomic_group(syntax);
  else if (skip(syntax, "<")) translate_named_group(syntax, '>');
  else if (skip(syntax, "'")) translate_named_group(syntax, '\'');
  else if (is_at(syntax, "~")) lacks(syntax, "an absence operator (?~…)");
  else if (is_at(syntax, "(")) lacks(syntax, "a conditional (?(…)…)");
  else return translate_options(syntax, open_count);
  return PART;
}

/* --- References to groups. --- */

static void write_reference(Syntax *syntax, int group) {
  write_number(syntax, "\\%d", syntax->pattern->groups[group]);
}

static void translate_number(Syntax *syntax, int number) {
  if (syntax->has_names) refuse(syntax, "numbered backref/call is not allowed. (use name)");
  if (number < 1 || number >= syntax->pattern->group_count) {
    refuse(syntax, "invalid backref number/name");
  }
  write_text(syntax, "(?:");
  write_reference(syntax, number);
  write_text(syntax, ")");
}

static void translate_name_reference(Syntax *syntax, char close) {
  mrb_state *mrb = syntax->mrb;
  const char *from, *to;
  take_name(syntax, close, &from, &to);
  bool is_back = from < to && *from == '-';
  if (from + is_back < to && is_digit(from[is_back])) {
    int number = 0;
    for (const char *at = from + is_back; at < to && is_digit(*at) && number < 1000; at++) {
      number = number * 10 + (*at - '0');
    }
    translate_number(syntax, is_back ? syntax->pattern->group_count - number : number);
    return;
  }
  mrb_value name = mrb_str_new(mrb, from, (size_t)(to - from));
  mrb_value numbers = mrb_hash_get(mrb, syntax->names, name);
  if (mrb_nil_p(numbers)) {
    mrb_value message = mrb_format(mrb, "undefined name <%v> reference", name);
    refuse(syntax, mrb_string_cstr(mrb, message));
  }
  /* Of groups with one name, the last that has a match. */
  write_text(syntax, "(?:");
  for (mrb_int index = RARRAY_LEN(numbers) - 1; index >= 0; index--) {
    write_reference(syntax, (int)mrb_integer(mrb_ary_entry(numbers, index)));
    if (index > 0) write_text(syntax, "|");
  }
  write_text(syntax, ")");
}

/* --- Parts. --- */

/* A backslash and what follows it, outside of sets. */
static Translated translate_escape(Syntax *syntax) {
  static const char *const places[][2] = {
      {"A", "(?-m:^)"}, {"z", "(?-m:$)"}, {"Z", "(?=\\x0a?(?-m:$))"}, {"b", "\\b"}, {"B", "\\B"}};
  for (int index = 0; index < COUNT(places); index++) {
    if (!skip(syntax, places[index][0])) continue;
    write_text(syntax, places[index][1]);
    return PLACE;
  }
  if (skip(syntax, "K")) {
    if (syntax->is_behind) lacks(syntax, "\\K in a look-behind");
    syntax->pattern->keeps[syntax->pattern->keep_count++] = (uint8_t)add_made_group(syntax);
    write_text(syntax, "()");
    return PLACE;
  }
  if (skip(syntax, "R")) {
    write_text(syntax, "(?:\\r\\n|(?!\\r\\n)[\\x0a-\\x0d\\u0085\\u2028\\u2029])");
    return PART;
  }
  if (is_at(syntax, "G")) lacks(syntax, "\\G");
  if (is_at(syntax, "X")) lacks(syntax, "\\X");
  if (is_at(syntax, "g<") || is_at(syntax, "g'")) lacks(syntax, "a call of a group \\g<…>");
  if (skip(syntax, "k<")) {
    translate_name_reference(syntax, '>');
    return PART;
  }
  if (skip(syntax, "k'")) {
    translate_name_reference(syntax, '\'');
    return PART;
  }
  if (syntax->at < syntax->end && *syntax->at >= '1' && *syntax->at <= '9') {
    int number = 0;
    const char *at = syntax->at;
    for (; at < syntax->end && is_digit(*at) && number < 1000; at++) {
      number = number * 10 + (*at - '0');
    }
    /* More digits than there are groups are a character in octal. */
    if (number < 10 || number < syntax->pattern->group_count) {
      syntax->at = at;
      translate_number(syntax, number);
      return PART;
    }
  }
  uint32_t character = take_escape(syntax, false);
  if (character != WROTE_SET) write_character(syntax, character);
  return PART;
}

/* Goes over comments, and over blanks where they mean nothing. */
static void skip_comments(Syntax *syntax) {
  bool is_extended = (syntax->options & EXTENDED) != 0;
  while (syntax->at < syntax->end) {
    char c = *syntax->at;
    if (skip(syntax, "(?#")) {
      while (syntax->at < syntax->end && *syntax->at != ')') {
        syntax->at += *syntax->at == '\\' && syntax->at + 1 < syntax->end ? 2 : 1;
      }
      if (!skip(syntax, ")")) refuse(syntax, "end pattern in group");
    } else if (is_extended && (c == ' ' || (c >= '\t' && c <= '\r'))) {
      syntax->at++;
    } else if (is_extended && c == '#') {
      while (syntax->at < syntax->end && *syntax->at != '\n') syntax->at++;
    } else {
      return;
    }
  }
}

static Translated translate_part(Syntax *syntax, int *open_count) {
  char c = *syntax->at;
  switch (c) {
    case '.':
      syntax->at++;
      write_text(syntax, ".");
      return PART;
    case '^':
    case '$':
      syntax->at++;
      write_text(syntax, c == '^' ? "^" : "$");
      return PLACE;
    case '[':
      syntax->at++;
      translate_set(syntax);
      return PART;
    case '(':
      syntax->at++;
      return translate_group(syntax, open_count);
    case '\\':
      syntax->at++;
      if (syntax->at == syntax->end) refuse(syntax, "too short escape sequence");
      return translate_escape(syntax);
    default: write_character(syntax, take_character(syntax)); return PART;
  }
}

/* --- Repetitions. --- */

typedef struct {
  int least;
  int most;
  bool is_interval;
} Repetition;

static int take_count(Syntax *syntax, const char **at) {
  if (*at == syntax->end || !is_digit(**at)) return NO_LIMIT;
  int count = 0;
  for (; *at < syntax->end && is_digit(**at); (*at)++) {
    count = count * 10 + (**at - '0');
    if (count > REPEATS_MAX) refuse(syntax, "too big number for repeat range");
  }
  return count;
}

/* Reads how often a part is repeated; a brace that says nothing of it is a character. */
static bool take_repetition(Syntax *syntax, Repetition *repetition) {
  skip_comments(syntax);
  if (syntax->at == syntax->end) return false;
  char c = *syntax->at;
  if (c == '*' || c == '+' || c == '?') {
    syntax->at++;
    *repetition = (Repetition){c == '+' ? 1 : 0, c == '?' ? 1 : NO_LIMIT, false};
    return true;
  }
  if (c != '{') return false;
  const char *at = syntax->at + 1;
  int least = take_count(syntax, &at);
  int most = least;
  if (at < syntax->end && *at == ',') {
    at++;
    most = take_count(syntax, &at);
    if (least == NO_LIMIT && most == NO_LIMIT) return false;
  }
  if (at == syntax->end || *at != '}' || (least == NO_LIMIT && most == NO_LIMIT)) return false;
  syntax->at = at + 1;
  *repetition = (Repetition){least == NO_LIMIT ? 0 : least, most, true};
  if (most != NO_LIMIT && most < repetition->least) {
    refuse(syntax, "upper is smaller than lower in repeat range");
  }
  return true;
}

static void write_repetition(Syntax *syntax, Repetition repetition) {
  char text[40];
  if (repetition.most == NO_LIMIT) snprintf(text, sizeof text, "{%d,}", repetition.least);
  else snprintf(text, sizeof text, "{%d,%d}", repetition.least, repetition.most);
  write_text(syntax, text);
}

/* Translates the repetitions behind a part that was written from `place` on. */
static void translate_repetitions(Syntax *syntax, mrb_int place, Translated part, int group_count) {
  Repetition repetition;
  bool is_whole = part == PART;
  while (take_repetition(syntax, &repetition)) {
    if (!is_whole) {
      insert_text(syntax, place, "(?:");
      write_text(syntax, ")");
    }
    is_whole = false;
    write_repetition(syntax, repetition);
    bool is_exact = repetition.is_interval && repetition.least == repetition.most;
    /* `{n}?` is not the reluctant one, and `{n}+` not the possessive one. */
    if (!is_exact && skip(syntax, "?")) {
      write_text(syntax, "?");
    } else if (!repetition.is_interval && skip(syntax, "+")) {
      if (syntax->is_behind) lacks(syntax, "a possessive repetition in a look-behind");
      if (syntax->made_group_count != group_count) {
        lacks(syntax, "a possessive repetition of a group, unlike (?>…),");
      }
      insert_text(syntax, place, "(?:(?=(");
      write_number(syntax, "))\\%d)", add_made_group(syntax));
      group_count = syntax->made_group_count;
      is_whole = true;
    }
  }
}

/* --- The whole. --- */

/* Up to the end or a closing parenthesis. */
static void translate_alternatives(Syntax *syntax) {
  enter_nesting(syntax);
  int open_count = 0;
  Repetition ignored;
  bool is_repeatable = false;
  for (;;) {
    skip_comments(syntax);
    if (syntax->at == syntax->end || *syntax->at == ')') break;
    if (skip(syntax, "|")) {
      write_text(syntax, "|");
      is_repeatable = false;
      continue;
    }
    if (!is_repeatable && take_repetition(syntax, &ignored)) {
      refuse(syntax, "target of repeat operator is not specified");
    }
    mrb_int place = RSTRING_LEN(syntax->made);
    int group_count = syntax->made_group_count;
    Translated part = translate_part(syntax, &open_count);
    is_repeatable = part != OPTIONS;
    if (is_repeatable) translate_repetitions(syntax, place, part, group_count);
  }
  for (; open_count > 0; open_count--) write_text(syntax, ")");
  syntax->depth--;
}

/* Whether a group has a name, which decides what the ones without are. */
static bool has_named_group(const char *at, const char *end) {
  int depth = 0;
  for (; at + 3 < end; at++) {
    if (*at == '\\') at++;
    else if (*at == '[') depth++;
    else if (*at == ']' && depth > 0) depth--;
    else if (depth == 0 && memcmp(at, "(?", 2) == 0) {
      if (at[2] == '\'') return true;
      if (at[2] == '<' && at[3] != '=' && at[3] != '!') return true;
    }
  }
  return false;
}

mrb_value translate_regexp(mrb_state *mrb, mrb_value source, int options, Pattern *pattern,
                           mrb_value names) {
  const char *start = RSTRING_PTR(source);
  const char *end = start + RSTRING_LEN(source);
  Syntax syntax = {
      .mrb = mrb,
      .pattern = pattern,
      .source = source,
      .at = start,
      .end = end,
      .made = mrb_str_new_capa(mrb, RSTRING_LEN(source) * 2 + 16),
      .names = names,
      .options = options,
      .all_options = options,
      .has_names = has_named_group(start, end),
  };
  pattern->groups[0] = 0;
  pattern->group_count = 1;
  pattern->keep_count = 0;
  translate_alternatives(&syntax);
  if (syntax.at < syntax.end) refuse(&syntax, "unmatched close parenthesis");
  return syntax.made;
}
