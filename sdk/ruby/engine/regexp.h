/* Regular expressions: what the translation, the matching and Ruby's classes share. */
#ifndef REGEXP_H
#define REGEXP_H

#include "engine.h"

/* Groups of one pattern, as libregexp counts them: with the whole match. */
#define REGEXP_GROUPS_MAX 255

/* Numbers of Ruby's constants; NO_ENCODING is the literal's option n. */
enum { IGNORECASE = 1, EXTENDED = 2, MULTILINE = 4, NO_ENCODING = 32 };

/* A pattern that can be matched. */
typedef struct {
  /* libregexp's; freed with the pattern. */
  uint8_t *code;
  /* With the whole match, which is group 0. */
  int group_count;
  /* The number that libregexp gives a group: those that the translation adds have none in Ruby. */
  uint8_t groups[REGEXP_GROUPS_MAX];
  /* Groups, empty ones, of which the last that is set is where the match begins (\K). */
  int keep_count;
  uint8_t keeps[REGEXP_GROUPS_MAX];
  /* Whether a match can begin with a byte; a match of nothing can begin anywhere. */
  bool can_begin[256];
} Pattern;

typedef struct {
  const uint8_t *start;
  const uint8_t *end;
  /* As in `regexp_text.h`. */
  int type;
} Text;

/* Where a match is looked for. */
typedef enum { SEARCH_ON, SEARCH_HERE, SEARCH_BACK } Search;

/*
 * Translates Ruby's notation to libregexp's. Sets the groups of `pattern`, and `names`, a Hash from
 * a name to the numbers of its groups. Raises a RegexpError.
 */
mrb_value translate_regexp(mrb_state *mrb, mrb_value source, int options, Pattern *pattern,
                           mrb_value names);

/* Raises a RegexpError about a pattern. */
_Noreturn void raise_regexp_error(mrb_state *mrb, const char *message, mrb_value source,
                                  int options);

/* Compiles what the translation wrote; `error` gets the reason why it does not. */
bool compile_pattern(Pattern *pattern, const char *text, size_t length, int options, char *error,
                     size_t error_size);

/*
 * Looks for a match from the place `from`; `offsets` gets two numbers of bytes for each group, -1
 * for one without a match. 1 when there is one, 0 when there is none, -1 without memory for it.
 */
int match_pattern(const Pattern *pattern, Text text, size_t from, Search search, int32_t *offsets);

/* Whether Unicode has a set of characters of this name, and how libregexp calls it. */
bool find_property(const char *name, size_t length, char *written, size_t size);

/* What is done once, when the engine is built. */
void start_regexp_engine(void);

#endif
