package heliosdb

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Dates and times as ISO 8601 text.

func infinityText(isPositive bool) string {
	if isPositive {
		return "infinity"
	}
	return "-infinity"
}

func dateText(days int32) string {
	if days == math.MaxInt32 || days == -math.MaxInt32 {
		return infinityText(days > 0)
	}
	return time.Unix(int64(days)*86400, 0).UTC().Format(time.DateOnly)
}

func timeText(micros int64) string {
	sign := ""
	if micros < 0 {
		sign, micros = "-", -micros
	}
	seconds := micros / 1_000_000
	return fmt.Sprintf("%s%02d:%02d:%02d%s", sign, seconds/3600, seconds/60%60, seconds%60, fraction(micros%1_000_000, 6))
}

// fraction prints the digits after the point without trailing zeros.
func fraction(value int64, width int) string {
	if value == 0 {
		return ""
	}
	return "." + strings.TrimRight(fmt.Sprintf("%0*d", width, value), "0")
}

func timestampText(value int64, perSecond int64) string {
	if value == math.MaxInt64 || value == -math.MaxInt64 {
		return infinityText(value > 0)
	}
	seconds := value / perSecond
	rest := value % perSecond
	if rest < 0 {
		seconds, rest = seconds-1, rest+perSecond
	}
	return time.Unix(seconds, rest*(1_000_000_000/perSecond)).UTC().Format("2006-01-02T15:04:05.999999999")
}

// clockText prints all that is neither a DATE nor has a time zone of its own.
func clockText(kind uint64, value int64) string {
	switch kind {
	case extTime:
		return timeText(value)
	case extTimeNs:
		whole := timeText(value / 1_000_000_000 * 1_000_000)
		return whole + fraction(value%1_000_000_000, 9)
	case extTimestamp:
		return timestampText(value, 1_000_000)
	case extTimestampS:
		return timestampText(value, 1)
	case extTimestampMs:
		return timestampText(value, 1_000)
	case extTimestampNs:
		return timestampText(value, 1_000_000_000)
	}
	text := timestampText(value, 1_000_000)
	if strings.Contains(text, "T") {
		text += "Z"
	}
	return text
}

func timeTzText(micros int64, offset int32) string {
	sign := "+"
	if offset < 0 {
		sign, offset = "-", -offset
	}
	text := fmt.Sprintf("%s%s%02d:%02d", timeText(micros), sign, offset/3600, offset/60%60)
	if offset%60 != 0 {
		text += fmt.Sprintf(":%02d", offset%60)
	}
	return text
}

// intervalText prints as DuckDB does: 1 year 2 months -3 days 04:05:06.5.
func intervalText(months, days int32, micros int64) string {
	var parts []string
	add := func(value int32, unit string) {
		if value != 0 {
			if value != 1 && value != -1 {
				unit += "s"
			}
			parts = append(parts, fmt.Sprintf("%d %s", value, unit))
		}
	}
	add(months/12, "year")
	add(months%12, "month")
	add(days, "day")
	if micros != 0 || len(parts) == 0 {
		parts = append(parts, timeText(micros))
	}
	return strings.Join(parts, " ")
}

func uuidText(bytes []byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", bytes[0:4], bytes[4:6], bytes[6:8], bytes[8:10], bytes[10:16])
}
