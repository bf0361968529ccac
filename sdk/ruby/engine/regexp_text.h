/*
 * The texts that libregexp reads: bytes of UTF-8, so that its places are places in a String, or the
 * bytes of a Blob. The build takes libregexp's own five macros for 16-bit units away.
 */
#ifndef REGEXP_TEXT_H
#define REGEXP_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* Values of libregexp's `cbuf_type`. */
enum { TEXT_OF_BYTES = 0, TEXT_OF_UTF8 = 1 };

/* What a byte that is part of no character is taken for: equal to no character. */
#define NO_CHARACTER 0x110000

/* How many bytes a character has; 1 where there is none. */
static inline int character_length(const uint8_t *at, const uint8_t *end) {
  uint8_t lead = *at;
  if (lead < 0xc2 || lead > 0xf4) return 1;
  int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (end - at < length) return 1;
  for (int index = 1; index < length; index++) {
    if ((at[index] & 0xc0) != 0x80) return 1;
  }
  /* Longer than needed, a half of a pair, or beyond the last character. */
  bool is_none = (lead == 0xe0 && at[1] < 0xa0) || (lead == 0xed && at[1] > 0x9f) ||
                 (lead == 0xf0 && at[1] < 0x90) || (lead == 0xf4 && at[1] > 0x8f);
  return is_none ? 1 : length;
}

static inline uint32_t character_at(const uint8_t *at, int length) {
  switch (length) {
    case 2: return (uint32_t)(at[0] & 0x1f) << 6 | (at[1] & 0x3f);
    case 3: return (uint32_t)(at[0] & 0x0f) << 12 | (uint32_t)(at[1] & 0x3f) << 6 | (at[2] & 0x3f);
    case 4:
      return (uint32_t)(at[0] & 0x07) << 18 | (uint32_t)(at[1] & 0x3f) << 12 |
             (uint32_t)(at[2] & 0x3f) << 6 | (at[3] & 0x3f);
    default: return *at < 0x80 ? *at : NO_CHARACTER | *at;
  }
}

static inline const uint8_t *character_before(const uint8_t *at, const uint8_t *start) {
  const uint8_t *before = at - 1;
  while (before > start && at - before < 4 && (*before & 0xc0) == 0x80) before--;
  return before + character_length(before, at) == at ? before : at - 1;
}

#define LENGTH_AT(at, end, type) \
  (*(at) < 0x80 || (type) == TEXT_OF_BYTES ? 1 : character_length(at, end))
#define VALUE_AT(at, length, type) \
  (*(at) < 0x80 || (type) == TEXT_OF_BYTES ? *(at) : character_at(at, length))
#define PLACE_BEFORE(at, start, type) \
  ((at)[-1] < 0x80 || (type) == TEXT_OF_BYTES ? (at) - 1 : character_before(at, start))

#define GET_CHAR(c, cptr, cbuf_end, cbuf_type)         \
  do {                                                 \
    int length_ = LENGTH_AT(cptr, cbuf_end, cbuf_type); \
    c = VALUE_AT(cptr, length_, cbuf_type);            \
    cptr += length_;                                   \
  } while (0)

#define PEEK_CHAR(c, cptr, cbuf_end, cbuf_type)         \
  do {                                                  \
    int length_ = LENGTH_AT(cptr, cbuf_end, cbuf_type); \
    c = VALUE_AT(cptr, length_, cbuf_type);             \
  } while (0)

#define PEEK_PREV_CHAR(c, cptr, cbuf_start, cbuf_type)                   \
  do {                                                                   \
    const uint8_t *before_ = PLACE_BEFORE(cptr, cbuf_start, cbuf_type);  \
    c = VALUE_AT(before_, (int)(cptr - before_), cbuf_type);             \
  } while (0)

#define GET_PREV_CHAR(c, cptr, cbuf_start, cbuf_type)                    \
  do {                                                                   \
    const uint8_t *before_ = PLACE_BEFORE(cptr, cbuf_start, cbuf_type);  \
    c = VALUE_AT(before_, (int)(cptr - before_), cbuf_type);             \
    cptr = before_;                                                      \
  } while (0)

#define PREV_CHAR(cptr, cbuf_start, cbuf_type) \
  cptr = PLACE_BEFORE(cptr, cbuf_start, cbuf_type)

#endif
