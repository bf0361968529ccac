#include "temporal_text.h"

#include <string.h>

#define SECONDS_PER_DAY 86400

static char *put(char *out, const char *text) {
  size_t length = strlen(text);
  memcpy(out, text, length + 1);
  return out + length;
}

static char *put_number(char *out, uint64_t value, int width) {
  char digits[24];
  int count = 0;
  do {
    digits[count++] = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (count < width) digits[count++] = '0';
  while (count > 0) *out++ = digits[--count];
  *out = 0;
  return out;
}

static char *put_day(char *out, int64_t days) {
  /* Years start in March here, so that the leap day is the last of its year. */
  int64_t shifted = days + 719468;
  int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  int64_t day_of_era = shifted - era * 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_index = (5 * day_of_year + 2) / 153;
  int64_t month = month_index < 10 ? month_index + 3 : month_index - 9;
  int64_t year = year_of_era + era * 400 + (month <= 2);
  if (year >= 0 && year <= 9999) {
    out = put_number(out, (uint64_t)year, 4);
  } else {
    *out++ = year < 0 ? '-' : '+';
    out = put_number(out, (uint64_t)(year < 0 ? -year : year), 6);
  }
  *out++ = '-';
  out = put_number(out, (uint64_t)month, 2);
  *out++ = '-';
  return put_number(out, (uint64_t)(day_of_year - (153 * month_index + 2) / 5 + 1), 2);
}

static char *put_clock(char *out, uint64_t value, uint64_t unit) {
  uint64_t seconds = value / unit;
  uint64_t fraction = value % unit;
  out = put_number(out, seconds / 3600, 2);
  *out++ = ':';
  out = put_number(out, seconds / 60 % 60, 2);
  *out++ = ':';
  out = put_number(out, seconds % 60, 2);
  if (fraction != 0) {
    int width = unit == 1000 ? 3 : unit == 1000000 ? 6 : 9;
    *out++ = '.';
    out = put_number(out, fraction, width);
    while (out[-1] == '0') out--;
    *out = 0;
  }
  return out;
}

void date_text(char *out, int32_t days) {
  if (days == INT32_MAX || days == -INT32_MAX) {
    put(out, days > 0 ? "infinity" : "-infinity");
  } else {
    put_day(out, days);
  }
}

void time_text(char *out, int64_t value, int64_t unit) {
  if (value < 0) *out++ = '-';
  put_clock(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, (uint64_t)unit);
}

void timestamp_text(char *out, int64_t value, int64_t unit) {
  if (value == INT64_MAX || value == -INT64_MAX) {
    put(out, value > 0 ? "infinity" : "-infinity");
    return;
  }
  int64_t per_day = unit * SECONDS_PER_DAY;
  int64_t day = value / per_day - (value % per_day < 0);
  out = put_day(out, day);
  *out++ = 'T';
  put_clock(out, (uint64_t)(value - day * per_day), (uint64_t)unit);
}

void time_tz_text(char *out, int64_t micros, int32_t offset_seconds) {
  out = put_clock(out, (uint64_t)micros, 1000000);
  uint64_t offset = (uint64_t)(offset_seconds < 0 ? -(int64_t)offset_seconds : offset_seconds);
  *out++ = offset_seconds < 0 ? '-' : '+';
  out = put_number(out, offset / 3600, 2);
  *out++ = ':';
  out = put_number(out, offset / 60 % 60, 2);
  if (offset % 60 != 0) {
    *out++ = ':';
    put_number(out, offset % 60, 2);
  }
}

static char *put_part(char *out, const char *start, int64_t value, const char *unit) {
  if (value == 0) return out;
  if (out != start) *out++ = ' ';
  if (value < 0) *out++ = '-';
  out = put_number(out, (uint64_t)(value < 0 ? -value : value), 1);
  *out++ = ' ';
  out = put(out, unit);
  return value == 1 || value == -1 ? out : put(out, "s");
}

/* As DuckDB prints it: `1 year 2 months -3 days 04:05:06.5`. */
void interval_text(char *out, int32_t months, int32_t days, int64_t micros) {
  const char *start = out;
  out = put_part(out, start, months / 12, "year");
  out = put_part(out, start, months % 12, "month");
  out = put_part(out, start, days, "day");
  if (micros != 0 || out == start) {
    if (out != start) *out++ = ' ';
    time_text(out, micros, 1000000);
  }
}

void uuid_text(char *out, const uint8_t *bytes) {
  static const char hex[] = "0123456789abcdef";
  for (int index = 0; index < 16; index++) {
    if (index == 4 || index == 6 || index == 8 || index == 10) *out++ = '-';
    *out++ = hex[bytes[index] >> 4];
    *out++ = hex[bytes[index] & 15];
  }
  *out = 0;
}
