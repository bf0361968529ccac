/* The translation of Ruby's notation of regular expressions, which is in three files. */
#ifndef REGEXP_SYNTAX_H
#define REGEXP_SYNTAX_H

#include "regexp.h"

typedef struct {
  mrb_state *mrb;
  Pattern *pattern;
  mrb_value source;
  const char *at;
  const char *end;
  /* What libregexp is given. */
  mrb_value made;
  /* From a name to the numbers of its groups. */
  mrb_value names;
  /* The options of the whole, and those that hold here. */
  int all_options;
  int options;
  /* Groups that libregexp has so far. */
  int made_group_count;
  /* With names, parentheses without one are no groups. */
  bool has_names;
  bool is_behind;
  /* Groups and sets that are open. */
  int depth;
} Syntax;

_Noreturn void refuse(Syntax *syntax, const char *message);
/* Refuses what Ruby has and this engine has not. */
_Noreturn void lacks(Syntax *syntax, const char *what);

/* Bounds how deep groups and sets lie in each other: both translations call themselves. */
void enter_nesting(Syntax *syntax);

void write_text(Syntax *syntax, const char *text);
void write_number(Syntax *syntax, const char *format, int number);
/* Writes `text` in front of what was written from `place` on. */
void insert_text(Syntax *syntax, mrb_int place, const char *text);
/* Writes a character that stands for itself, in a set or outside. */
void write_character(Syntax *syntax, uint32_t character);

/* The next character of the source, with `at` behind it. */
uint32_t take_character(Syntax *syntax);
bool is_word(char c);
bool is_digit(char c);
bool is_at(const Syntax *syntax, const char *text);
/* Goes over `text` where the source goes on with it. */
bool skip(Syntax *syntax, const char *text);
/* Sets `[from, to)` to a name in front of `close`. */
void take_name(Syntax *syntax, char close, const char **from, const char **to);

/* What a backslash stands for: a character, or a set that was written. */
#define WROTE_SET UINT32_MAX
uint32_t take_escape(Syntax *syntax, bool is_in_set);

/* Translates a set, behind its bracket. */
void translate_set(Syntax *syntax);

#endif
