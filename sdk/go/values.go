package heliosdb

import (
	"fmt"
	"math"
	"math/big"
	"time"
)

// Interval is a span of months, days and microseconds, none of which has a fixed number of the
// others.
type Interval struct {
	Months, Days int32
	Micros       int64
}

// String prints as DuckDB does: 1 year 2 months -3 days 04:05:06.5.
func (i Interval) String() string { return intervalText(i.Months, i.Days, i.Micros) }

// UUID is the 16 bytes of a UUID, in the order they are printed.
type UUID [16]byte

func (u UUID) String() string { return uuidText(u[:]) }

// Pair is an entry of a MAP whose keys are not all text; a list of them is returned as a MAP.
type Pair struct{ Key, Value any }

// Exact holds a value of any SQL type whose numbers have all their digits: DECIMAL as Decimal,
// integers beyond 64 bits as *big.Int. Otherwise it is as in a Row, but for a MAP with keys that
// are not text: []Pair.
type Exact struct{ Value any }

// moment is a date, time or timestamp as the database sends it.
type moment struct {
	kind   uint64
	value  int64
	offset int32
}

// object is a STRUCT or MAP, in its order.
type object struct{ entries []Pair }

// field is the value under a text key; nil when there is none.
func (o *object) field(name string) any {
	for _, entry := range o.entries {
		if entry.Key == name {
			return entry.Value
		}
	}
	return nil
}

func (m moment) text() string {
	switch m.kind {
	case extDate:
		return dateText(int32(m.value))
	case extTimeTz:
		return timeTzText(m.value, m.offset)
	}
	return clockText(m.kind, m.value)
}

// perSecond is how many units of a kind make a second.
func (m moment) perSecond() int64 {
	switch m.kind {
	case extTimestampS:
		return 1
	case extTimestampMs:
		return 1_000
	case extTimestampNs, extTimeNs:
		return 1_000_000_000
	}
	return 1_000_000
}

// time is the point in time of a date or timestamp, in UTC; false for times and infinities.
func (m moment) time() (time.Time, bool) {
	if m.kind == extDate {
		isFinite := m.value != math.MaxInt32 && m.value != -math.MaxInt32
		return time.Unix(m.value*86400, 0).UTC(), isFinite
	}
	if m.isTime() || m.value == math.MaxInt64 || m.value == -math.MaxInt64 {
		return time.Time{}, false
	}
	unit := m.perSecond()
	return time.Unix(m.value/unit, m.value%unit*(1_000_000_000/unit)).UTC(), true
}

func (m moment) isTime() bool {
	return m.kind == extTime || m.kind == extTimeNs || m.kind == extTimeTz
}

// plain is a value as rows have it: with float64 for DECIMAL, and text for what Go has no type for.
func plain(value any) any { return lower(value, false) }

// lower makes Go's own types of what the database sent; isExact keeps all digits.
func lower(value any, isExact bool) any {
	switch value := value.(type) {
	case Decimal:
		if !isExact {
			return value.Float64()
		}
	case *big.Int:
		if !isExact {
			return value.String()
		}
	case moment:
		return value.text()
	case Interval:
		return value.String()
	case UUID:
		return value.String()
	case []any:
		list := make([]any, len(value))
		for index, item := range value {
			list[index] = lower(item, isExact)
		}
		return list
	case *object:
		return value.lower(isExact)
	}
	return value
}

func (o *object) lower(isExact bool) any {
	fields := make(map[string]any, len(o.entries))
	pairs := make([]Pair, 0, len(o.entries))
	for _, entry := range o.entries {
		key, item := lower(entry.Key, isExact), lower(entry.Value, isExact)
		pairs = append(pairs, Pair{key, item})
		name, isText := key.(string)
		if !isText {
			name = fmt.Sprint(key)
		}
		fields[name] = item
	}
	if isExact {
		for _, pair := range pairs {
			if _, isText := pair.Key.(string); !isText {
				return pairs
			}
		}
	}
	return fields
}
