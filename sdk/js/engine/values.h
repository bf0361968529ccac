/* Values between MessagePack and JavaScript. */
#ifndef VALUES_H
#define VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "quickjs.h"

/* Up to here a JavaScript number holds every integer. */
#define SAFE_INTEGER_MAX 9007199254740991

typedef struct {
  const uint8_t *at;
  const uint8_t *end;
} Reader;

typedef struct {
  uint8_t *bytes;
  uint32_t length;
  uint32_t capacity;
} Writer;

/* Says what a DECIMAL is: instances of `type`, which `make` makes of digits. */
void use_decimal(JSContext *ctx, JSValueConst type, JSValueConst make);

/* Reads one value; a damaged one becomes an exception. */
JSValue read_value(JSContext *ctx, Reader *reader, int depth);

/* Read the head of a list or map; -1 with an exception when something else is there. */
int64_t read_list_length(JSContext *ctx, Reader *reader);
int64_t read_map_length(JSContext *ctx, Reader *reader);

/* Writes a value; false with an exception when it has no SQL counterpart. */
bool write_value(JSContext *ctx, Writer *writer, JSValueConst value, int depth);
bool write_list_length(JSContext *ctx, Writer *writer, uint32_t length);

#endif
