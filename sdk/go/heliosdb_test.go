package heliosdb

import (
	"math"
	"reflect"
	"testing"
	"time"
)

func roundTrip(t *testing.T, value any) any {
	t.Helper()
	var out encoder
	if err := out.value(value, 0); err != nil {
		t.Fatal(err)
	}
	decoded, err := decodeAll(out.bytes)
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

func TestValuesSurviveTheRoundTrip(t *testing.T) {
	text := "é"
	cases := []struct{ given, expected any }{
		{nil, nil},
		{true, true},
		{-33, -33},
		{int64(math.MinInt64), math.MinInt64},
		{uint64(math.MaxUint64), "18446744073709551615"},
		{1.5, 1.5},
		{"héllo", "héllo"},
		{&text, "é"},
		{(*string)(nil), nil},
		{[]byte{0, 255}, []byte{0, 255}},
		{[]string{"a", "b"}, []any{"a", "b"}},
		{map[string]any{"a": []int{1}}, map[string]any{"a": []any{1}}},
		{struct {
			Total float64 `sql:"total"`
			kept  int
		}{2.5, 1}, map[string]any{"total": 2.5}},
		{time.UnixMicro(-1), "1969-12-31T23:59:59.999999"},
	}
	for _, c := range cases {
		if got := roundTrip(t, c.given); !reflect.DeepEqual(got, c.expected) {
			t.Errorf("%v: expected %v, got %v", c.given, c.expected, got)
		}
	}
	if err := new(encoder).value(func() {}, 0); err == nil {
		t.Error("a function must have no SQL value")
	}
}

func TestDamagedBytesGiveAnErrorAndNeverAPanic(t *testing.T) {
	var out encoder
	if err := out.value(map[string]any{"total": []any{1.25, []byte{1}, "x"}}, 0); err != nil {
		t.Fatal(err)
	}
	for end := range out.bytes {
		if _, err := decodeAll(out.bytes[:end]); err == nil {
			t.Errorf("%d bytes decode", end)
		}
	}
	for first := range 256 {
		bytes := make([]byte, 40)
		for index := range bytes {
			bytes[index] = byte(first)
		}
		_, _ = decodeAll(bytes)
	}
	if _, err := decodeAll([]byte{0xdd, 0xff, 0xff, 0xff, 0xff}); err == nil {
		t.Error("a list that claims more than there is must be refused")
	}
}

func TestTemporalValuesAreISOText(t *testing.T) {
	clock := func(kind uint64, value int64) string {
		text, err := clockText(kind, value)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	cases := map[string]string{
		dateText(20634):                      "2026-06-30",
		dateText(math.MaxInt32):              "infinity",
		clock(extTime, 3_723_000_001):        "01:02:03.000001",
		clock(extTimestampTz, 0):             "1970-01-01T00:00:00Z",
		clock(extTimestampNs, -1):            "1969-12-31T23:59:59.999999999",
		clock(extTimestamp, -math.MaxInt64):  "-infinity",
		intervalText(14, -3, 14_706_500_000): "1 year 2 months -3 days 04:05:06.5",
		intervalText(0, 0, 0):                "00:00:00",
		timeTzText(0, -19_800):               "00:00:00-05:30",
		uuidText([]byte("0123456789abcdef")): "30313233-3435-3637-3839-616263646566",
	}
	for got, expected := range cases {
		if got != expected {
			t.Errorf("expected %s, got %s", expected, got)
		}
	}
}

func TestParametersTakeTheirType(t *testing.T) {
	var number int8
	if err := assign(&number, 127); err != nil || number != 127 {
		t.Error(number, err)
	}
	if err := assign(&number, 128); err == nil || err.Error() != "128 is out of range for int8" {
		t.Error(err)
	}
	var optional *float64
	if err := assign(&optional, nil); err != nil || optional != nil {
		t.Error(optional, err)
	}
	if err := assign(&optional, 3); err != nil || *optional != 3 {
		t.Error(optional, err)
	}
	var text string
	if err := assign(&text, nil); err == nil {
		t.Error("NULL must need a pointer")
	}
	if err := assign(&text, 1); err == nil {
		t.Error("a number is no text")
	}
	var names []string
	if err := assign(&names, []any{"a"}); err != nil || len(names) != 1 {
		t.Error(names, err)
	}
}
