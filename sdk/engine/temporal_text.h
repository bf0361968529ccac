/* Dates and times as ISO 8601 text. */
#ifndef TEMPORAL_TEXT_H
#define TEMPORAL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Enough for every text below, its end included. */
#define TEMPORAL_TEXT_MAX 96

void date_text(char *out, int32_t days);
/* `unit` is how many parts make a second: 1, 1000, 1000000 or 1000000000. */
void time_text(char *out, int64_t value, int64_t unit);
void timestamp_text(char *out, int64_t value, int64_t unit);
void time_tz_text(char *out, int64_t micros, int32_t offset_seconds);
void interval_text(char *out, int32_t months, int32_t days, int64_t micros);
void uuid_text(char *out, const uint8_t *bytes);

#endif
