/* Matching: libregexp with the places and texts of Ruby. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "regexp_text.h"

static bool is_word_character(uint32_t c);

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "libregexp.c"
#pragma clang diagnostic pop

#include "regexp.h"

bool lre_check_stack_overflow(void *opaque, size_t size) { return hdb_stack_is_short(); }

/* The limit of processor time is the database's, and ends the call. */
int lre_check_timeout(void *opaque) { return 0; }

void *lre_realloc(void *opaque, void *bytes, size_t size) {
  if (size != 0) return realloc(bytes, size);
  free(bytes);
  return NULL;
}

/* --- Characters of words. --- */

static CharRange word_ranges;

static bool is_word_character(uint32_t c) {
  if (c < 0x80) return lre_is_word_byte((uint8_t)c) != 0;
  int low = 0, high = word_ranges.len / 2 - 1;
  while (low <= high) {
    int middle = (low + high) / 2;
    if (c < word_ranges.points[2 * middle]) high = middle - 1;
    else if (c >= word_ranges.points[2 * middle + 1]) low = middle + 1;
    else return true;
  }
  return false;
}

void start_regexp_engine(void) {
  static const char *const categories[] = {"Mark", "Decimal_Number", "Connector_Punctuation"};
  cr_init(&word_ranges, NULL, lre_realloc);
  unicode_prop(&word_ranges, "Alphabetic");
  for (int index = 0; index < COUNT(categories); index++) {
    CharRange category;
    cr_init(&category, NULL, lre_realloc);
    unicode_general_category(&category, categories[index]);
    cr_op1(&word_ranges, category.points, category.len, CR_OP_UNION);
    cr_free(&category);
  }
}

/* --- Properties. --- */

typedef enum { CATEGORY, SCRIPT, PROPERTY } PropertyKind;

static bool has_property(const char *name, PropertyKind kind) {
  CharRange range;
  cr_init(&range, NULL, lre_realloc);
  int status = kind == CATEGORY ? unicode_general_category(&range, name)
               : kind == SCRIPT ? unicode_script(&range, name, false)
                                : unicode_prop(&range, name);
  cr_free(&range);
  return status == 0;
}

bool find_property(const char *name, size_t length, char *written, size_t size) {
  static const char *const forms[] = {"\\p{%s}", "\\p{Script=%s}", "\\p{%s}"};
  char found[64];
  if (length == 0 || length >= sizeof found) return false;
  /* As it is written, and with capitals where Unicode's own names have them. */
  for (int attempt = 0; attempt < 2; attempt++) {
    bool begins = true;
    for (size_t index = 0; index < length; index++) {
      char c = name[index];
      if (c == ' ' || c == '-') c = '_';
      if (attempt > 0 && c >= 'A' && c <= 'Z' && !begins) c += 'a' - 'A';
      if (attempt > 0 && c >= 'a' && c <= 'z' && begins) c -= 'a' - 'A';
      begins = c == '_';
      found[index] = c;
    }
    found[length] = 0;
    for (PropertyKind kind = CATEGORY; kind <= PROPERTY; kind++) {
      if (!has_property(found, kind)) continue;
      snprintf(written, size, forms[kind], found);
      return true;
    }
  }
  return false;
}

/* --- Compiling. --- */

/* Beyond ASCII a character in one case can begin with another byte than in the other. */
static void begin_with_ranges(Pattern *pattern, uint32_t from, uint32_t to, bool ignores_case) {
  for (uint32_t c = from; c <= to && c < 0x80; c++) {
    pattern->can_begin[c] = true;
    if (ignores_case && c >= 'a' && c <= 'z') pattern->can_begin[c - 'a' + 'A'] = true;
  }
  if (to < 0x80 && !ignores_case) return;
  for (int byte = 0x80; byte < 256; byte++) pattern->can_begin[byte] = true;
}

/* Notes the bytes that a match can begin with; false where that is not seen. */
static bool find_beginnings(Pattern *pattern, const uint8_t *at, int depth) {
  if (depth > 16) return false;
  for (;;) {
    int opcode = *at++;
    bool ignores_case = opcode == REOP_char_i || opcode == REOP_char32_i ||
                        opcode == REOP_range_i || opcode == REOP_range32_i;
    switch (opcode) {
      case REOP_save_start:
      case REOP_save_end:
      case REOP_set_char_pos: at += 1; break;
      case REOP_set_i32: at += 5; break;
      case REOP_line_start:
      case REOP_line_start_m:
      case REOP_word_boundary:
      case REOP_word_boundary_i:
      case REOP_not_word_boundary:
      case REOP_not_word_boundary_i: break;
      case REOP_char:
      case REOP_char_i: {
        uint32_t c = get_u16(at);
        begin_with_ranges(pattern, c, c, ignores_case);
        return true;
      }
      case REOP_char32:
      case REOP_char32_i: {
        uint32_t c = get_u32(at);
        begin_with_ranges(pattern, c, c, ignores_case);
        return true;
      }
      case REOP_range:
      case REOP_range_i:
      case REOP_range32:
      case REOP_range32_i: {
        bool is_wide = opcode == REOP_range32 || opcode == REOP_range32_i;
        for (int count = get_u16(at), index = 0; index < count; index++) {
          const uint8_t *range = at + 2 + index * (is_wide ? 8 : 4);
          uint32_t from = is_wide ? get_u32(range) : get_u16(range);
          uint32_t to = is_wide ? get_u32(range + 4) : get_u16(range + 2);
          begin_with_ranges(pattern, from, to, ignores_case);
        }
        return true;
      }
      case REOP_goto:
        /* Back is into a repetition that was gone through already. */
        if ((int32_t)get_u32(at) < 0) return false;
        at += 4 + (int32_t)get_u32(at);
        break;
      case REOP_split_goto_first:
      case REOP_split_next_first:
        if (!find_beginnings(pattern, at + 4 + (int32_t)get_u32(at), depth + 1)) return false;
        at += 4;
        break;
      default: return false;
    }
  }
}

bool compile_pattern(Pattern *pattern, const char *text, size_t length, int options, char *error,
                     size_t error_size) {
  /* Sticky: where a match can begin is tried here. */
  int flags = LRE_FLAG_UNICODE_SETS | LRE_FLAG_MULTILINE | LRE_FLAG_STICKY;
  if ((options & IGNORECASE) != 0) flags |= LRE_FLAG_IGNORECASE;
  if ((options & MULTILINE) != 0) flags |= LRE_FLAG_DOTALL;
  int size;
  pattern->code = lre_compile(&size, error, (int)error_size, text, length, flags, NULL);
  if (pattern->code == NULL) return false;
  if (!find_beginnings(pattern, pattern->code + RE_HEADER_LEN, 0)) {
    memset(pattern->can_begin, true, sizeof pattern->can_begin);
  }
  return true;
}

/* --- Matching. --- */

static bool can_begin_at(const Pattern *pattern, Text text, const uint8_t *at) {
  /* Where the text ends, only a match of nothing can begin: it is tried. */
  return at == text.end || pattern->can_begin[*at];
}

static void tell_offsets(const Pattern *pattern, Text text, uint8_t *const *captures,
                         int32_t *offsets) {
  for (int group = 0; group < pattern->group_count; group++) {
    const uint8_t *from = captures[2 * pattern->groups[group]];
    const uint8_t *to = captures[2 * pattern->groups[group] + 1];
    bool is_set = from != NULL && to != NULL;
    offsets[2 * group] = is_set ? (int32_t)(from - text.start) : -1;
    offsets[2 * group + 1] = is_set ? (int32_t)(to - text.start) : -1;
  }
  for (int index = 0; index < pattern->keep_count; index++) {
    const uint8_t *kept = captures[2 * pattern->keeps[index] + 1];
    if (kept != NULL && kept - text.start > offsets[0]) offsets[0] = (int32_t)(kept - text.start);
  }
}

int match_pattern(const Pattern *pattern, Text text, size_t from, Search search,
                  int32_t *offsets) {
  uint8_t *captures[2 * CAPTURE_COUNT_MAX + REGISTER_COUNT_MAX];
  REExecContext context = {
      .cbuf = text.start,
      .cbuf_end = text.end,
      .cbuf_type = text.type,
      .capture_count = pattern->code[RE_HEADER_CAPTURE_COUNT],
      .is_unicode = true,
      .interrupt_counter = INTERRUPT_COUNTER_INIT,
  };
  context.stack_buf = context.static_stack_buf;
  context.stack_size = countof(context.static_stack_buf);
  const uint8_t *at = text.start + from;
  int status = 0;
  for (;;) {
    if (can_begin_at(pattern, text, at)) {
      for (int index = 0; index < 2 * context.capture_count; index++) captures[index] = NULL;
      status = (int)lre_exec_backtrack(&context, captures, pattern->code + RE_HEADER_LEN, at);
    }
    if (status != 0 || search == SEARCH_HERE) break;
    if (search == SEARCH_BACK) {
      if (at == text.start) break;
      at = PLACE_BEFORE(at, text.start, text.type);
    } else {
      if (at == text.end) break;
      at += LENGTH_AT(at, text.end, text.type);
    }
  }
  if (status == 1) tell_offsets(pattern, text, captures, offsets);
  if (context.stack_buf != context.static_stack_buf) free(context.stack_buf);
  return status;
}
