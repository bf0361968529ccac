package heliosdb

import (
	"fmt"
	"math"
	"math/big"
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
	return plain(decoded)
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
	clock := clockText
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
	var large uint64
	if err := assign(&large, new(big.Int).SetUint64(math.MaxUint64)); err != nil || large != math.MaxUint64 {
		t.Error(large, err)
	}
	var byKey map[int64]Decimal
	pair := &object{[]Pair{{7, parse(t, "1.50")}}}
	if err := assign(&byKey, pair); err != nil || byKey[7].String() != "1.50" {
		t.Error(byKey, err)
	}
	var document struct {
		ID    int64 `sql:"id"`
		Total Decimal
	}
	text = `{"id": 9007199254740993, "total": 0.1234567890123456789}`
	if err := assign(&document, text); err != nil || document.ID != 9007199254740993 || document.Total.String() != "0.1234567890123456789" {
		t.Error(document, err)
	}
	if err := assign(&document, "no JSON"); err == nil {
		t.Error("a text that is no JSON must be refused")
	}
}

func parse(t *testing.T, text string) Decimal {
	t.Helper()
	number, err := ParseDecimal(text)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func TestDecimalsComputeExactly(t *testing.T) {
	a, b := parse(t, "12345678901234567890.1234"), parse(t, "-0.05")
	cases := map[string]string{
		a.Add(b).String():                                "12345678901234567890.0734",
		a.Sub(b).String():                                "12345678901234567890.1734",
		a.Mul(b).String():                                "-617283945061728394.506170",
		NewDecimal(1, 0).Div(b, 3).String():              "-20.000",
		NewDecimal(-1, 0).Div(parse(t, "3"), 2).String(): "-0.33",
		parse(t, "2.5").Round(0).String():                "3",
		parse(t, "-2.5").Round(0).String():               "-3",
		parse(t, "1e3").String():                         "1000",
		parse(t, "-1E-3").String():                       "-0.001",
		Decimal{}.String():                               "0",
		b.Neg().Abs().Round(4).String():                  "0.0500",
	}
	for got, expected := range cases {
		if got != expected {
			t.Errorf("expected %s, got %s", expected, got)
		}
	}
	if !parse(t, "1.5").Equal(parse(t, "1.50")) || a.Cmp(b) != 1 || b.Sign() != -1 {
		t.Error("comparisons")
	}
	for _, wrong := range []string{"", ".", "-", "1.2.3", "1e", "0x1", "1e9999999", "nan", "--1"} {
		if _, err := ParseDecimal(wrong); err == nil {
			t.Errorf("%q must be refused", wrong)
		}
	}
}

func TestExactValuesKeepTheirDigits(t *testing.T) {
	huge, _ := new(big.Int).SetString("-170141183460469231731687303715884105728", 10)
	values := []any{
		parse(t, "-12345678901234567890123456789012345.678"), huge, Interval{14, -3, 5}, UUID{1, 2},
		[]Pair{{1, "a"}, {2, "b"}},
	}
	var out encoder
	if err := out.value(values, 0); err != nil {
		t.Fatal(err)
	}
	decoded, err := decodeAll(out.bytes)
	if err != nil {
		t.Fatal(err)
	}
	var exact Exact
	if err := assign(&exact, decoded); err != nil {
		t.Fatal(err)
	}
	list := exact.Value.([]any)
	if list[0].(Decimal).String() != values[0].(Decimal).String() || list[1].(*big.Int).Cmp(huge) != 0 {
		t.Error(list)
	}
	if list[2] != "1 year 2 months -3 days 00:00:00.000005" || !reflect.DeepEqual(list[4], values[4]) {
		t.Error(list)
	}
}

func TestRowsFillWhatTheirTypeNames(t *testing.T) {
	read := &table{[]string{"ID", "total"}, [][]any{{7, parse(t, "1.50")}}}
	var row struct {
		ID    int64
		Total Decimal `sql:"total"`
	}
	if err := assignRow(&row, read, 0); err != nil || row.ID != 7 || row.Total.String() != "1.50" {
		t.Error(row, err)
	}
	var missing struct{ Absent int }
	if err := assignRow(&missing, read, 0); err == nil || err.Error() != "the query has no column Absent" {
		t.Error(err)
	}
	var number int
	if err := assignRow(&number, read, 0); err != nil || number != 7 {
		t.Error(number, err)
	}
}

func TestJSONKeepsItsDigits(t *testing.T) {
	parsed, err := ParseJSON(`[1, 1.0, 9007199254740993, 18446744073709551616, 0.1, 0.12345678901234567890]`)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%T %v", parsed, parsed); got != "[]interface {} [1 1 9007199254740993 18446744073709551616 0.1 0.12345678901234567890]" {
		t.Error(got)
	}
	for _, wrong := range []string{"", "{", "1 2"} {
		if _, err := ParseJSON(wrong); err == nil {
			t.Errorf("%q must be refused", wrong)
		}
	}
}
