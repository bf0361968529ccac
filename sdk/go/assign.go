package heliosdb

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"time"
)

// assign stores a decoded value in what target points to.
func assign(target any, value any) error {
	return assignTo(reflect.ValueOf(target).Elem(), value)
}

func assignTo(target reflect.Value, value any) error {
	if value == nil {
		return assignNull(target)
	}
	if done, err := assignSpecial(target.Addr().Interface(), value); done || err != nil {
		return err
	}
	switch target.Kind() {
	case reflect.Pointer:
		target.Set(reflect.New(target.Type().Elem()))
		return assignTo(target.Elem(), value)
	case reflect.Interface:
		target.Set(reflect.ValueOf(plain(value)))
		return nil
	case reflect.Bool:
		if truth, isTruth := value.(bool); isTruth {
			target.SetBool(truth)
			return nil
		}
	case reflect.String:
		if text, isText := textOf(value); isText {
			target.SetString(text)
			return nil
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if number, isInteger := integer(value); isInteger {
			return assignInteger(target, number)
		}
	case reflect.Float32, reflect.Float64:
		if number, isNumber := float(value); isNumber {
			target.SetFloat(number)
			return nil
		}
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		return assignNested(target, value)
	}
	return mismatch(target, value)
}

func mismatch(target reflect.Value, value any) error {
	return fmt.Errorf("expected %s, found %T", target.Type(), plain(value))
}

func assignNull(target reflect.Value) error {
	switch target.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		target.SetZero()
		return nil
	}
	if exact, isExact := target.Addr().Interface().(*Exact); isExact {
		exact.Value = nil
		return nil
	}
	return fmt.Errorf("expected %s, found NULL; use *%s where NULL may occur", target.Type(), target.Type())
}

// assignSpecial serves the types that stand for one SQL type; false for all others.
func assignSpecial(target any, value any) (bool, error) {
	switch target := target.(type) {
	case *Exact:
		target.Value = lower(value, true)
		return true, nil
	case *Decimal:
		number, isNumber := decimalOf(value)
		*target = number
		return isNumber, nil
	case *big.Int:
		number, isInteger := integer(value)
		if isInteger {
			target.Set(number)
		}
		return isInteger, nil
	case *time.Time:
		if value, isMoment := value.(moment); isMoment {
			point, isPoint := value.time()
			*target = point
			if !isPoint {
				return false, fmt.Errorf("%s is no point in time; take it as a string", value.text())
			}
			return true, nil
		}
	case *time.Duration:
		length, isLength := durationOf(value)
		*target = length
		return isLength, nil
	case *Interval:
		if value, isInterval := value.(Interval); isInterval {
			*target = value
			return true, nil
		}
	case *UUID:
		if value, isUUID := value.(UUID); isUUID {
			*target = value
			return true, nil
		}
	case *json.RawMessage:
		if text, isText := value.(string); isText {
			*target = json.RawMessage(text)
			return true, nil
		}
	}
	return false, nil
}

// durationOf is the length of an INTERVAL without months, of 24 hours a day, or a TIME's distance
// from midnight.
func durationOf(value any) (time.Duration, bool) {
	switch value := value.(type) {
	case Interval:
		const limit = math.MaxInt64 / 1000
		days := int64(value.Days) * 86_400_000_000
		fits := value.Months == 0 && days+value.Micros < limit && days+value.Micros > -limit
		return time.Duration((days + value.Micros) * 1000), fits && value.Micros < limit
	case moment:
		if value.isTime() && value.kind != extTimeTz {
			return time.Duration(value.value * (1_000_000_000 / value.perSecond())), true
		}
	}
	return 0, false
}

func textOf(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case moment:
		return value.text(), true
	case fmt.Stringer:
		return value.String(), true
	}
	return "", false
}

func decimalOf(value any) (Decimal, bool) {
	switch value := value.(type) {
	case Decimal:
		return value, true
	case int:
		return NewDecimal(int64(value), 0), true
	case *big.Int:
		return Decimal{value, 0}, true
	case float64:
		number, err := DecimalFromFloat(value)
		return number, err == nil
	}
	return Decimal{}, false
}

// integer accepts whole numbers; a DECIMAL without a fraction is one.
func integer(value any) (*big.Int, bool) {
	switch value := value.(type) {
	case int:
		return big.NewInt(int64(value)), true
	case *big.Int:
		return value, true
	case Decimal:
		return value.whole()
	case float64:
		if value == math.Trunc(value) && math.Abs(value) < 1<<53 {
			return big.NewInt(int64(value)), true
		}
	}
	return nil, false
}

func float(value any) (float64, bool) {
	switch value := value.(type) {
	case float64:
		return value, true
	case int:
		return float64(value), true
	case *big.Int:
		number, _ := new(big.Float).SetInt(value).Float64()
		return number, true
	case Decimal:
		return value.Float64(), true
	}
	return 0, false
}

func assignInteger(target reflect.Value, number *big.Int) error {
	if target.CanInt() && number.IsInt64() && !target.OverflowInt(number.Int64()) {
		target.SetInt(number.Int64())
		return nil
	}
	if target.CanUint() && number.IsUint64() && !target.OverflowUint(number.Uint64()) {
		target.SetUint(number.Uint64())
		return nil
	}
	return fmt.Errorf("%s is out of range for %s", number, target.Type())
}

func assignNested(target reflect.Value, value any) error {
	if text, isText := value.(string); isText {
		// A JSON parameter arrives as its text.
		parsed, err := ParseJSON(text)
		if err != nil {
			return fmt.Errorf("expected %s, found a text that is no JSON: %w", target.Type(), err)
		}
		if parsed == nil {
			return assignNull(target)
		}
		return assignParsed(target, parsed)
	}
	switch target.Kind() {
	case reflect.Slice, reflect.Array:
		if list, isList := value.([]any); isList {
			return assignList(target, list)
		}
		bytes, isBlob := value.([]byte)
		if isBlob && target.Kind() == reflect.Slice && target.Type().Elem().Kind() == reflect.Uint8 {
			target.SetBytes(bytes)
			return nil
		}
	case reflect.Map:
		if fields, isObject := value.(*object); isObject {
			return assignMap(target, fields)
		}
	case reflect.Struct:
		if fields, isObject := value.(*object); isObject {
			return assignStruct(target, fields)
		}
	}
	return mismatch(target, value)
}

// assignParsed stores what ParseJSON made, in the form that the database's values have.
func assignParsed(target reflect.Value, parsed any) error {
	raised := raise(parsed)
	if _, isText := raised.(string); isText {
		return mismatch(target, raised)
	}
	return assignTo(target, raised)
}

// raise undoes lower for documents: objects with fields in any order.
func raise(value any) any {
	switch value := value.(type) {
	case []any:
		list := make([]any, len(value))
		for index, item := range value {
			list[index] = raise(item)
		}
		return list
	case map[string]any:
		fields := &object{make([]Pair, 0, len(value))}
		for name, item := range value {
			fields.entries = append(fields.entries, Pair{name, raise(item)})
		}
		return fields
	}
	return value
}

func assignList(target reflect.Value, list []any) error {
	if target.Kind() == reflect.Slice {
		target.Set(reflect.MakeSlice(target.Type(), len(list), len(list)))
	}
	if target.Len() != len(list) {
		return fmt.Errorf("expected %d elements, found %d", target.Len(), len(list))
	}
	for index, item := range list {
		if err := assignTo(target.Index(index), item); err != nil {
			return fmt.Errorf("element %d: %w", index, err)
		}
	}
	return nil
}

func assignMap(target reflect.Value, fields *object) error {
	result := reflect.MakeMapWithSize(target.Type(), len(fields.entries))
	for _, entry := range fields.entries {
		key := reflect.New(target.Type().Key()).Elem()
		name := entry.Key
		if _, isText := name.(string); !isText && key.Kind() == reflect.String {
			name = fmt.Sprint(plain(name))
		}
		if err := assignTo(key, name); err != nil {
			return fmt.Errorf("key %v: %w", plain(entry.Key), err)
		}
		item := reflect.New(target.Type().Elem()).Elem()
		if err := assignTo(item, entry.Value); err != nil {
			return fmt.Errorf("field %v: %w", plain(entry.Key), err)
		}
		result.SetMapIndex(key, item)
	}
	target.Set(result)
	return nil
}

// assignStruct fills the fields that are there; the others keep what they are.
func assignStruct(target reflect.Value, fields *object) error {
	known := fieldsOf(target.Type())
	for _, entry := range fields.entries {
		name, _ := entry.Key.(string)
		index := fieldIndex(known, name)
		if index < 0 {
			continue
		}
		if err := assignTo(target.Field(index), entry.Value); err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
	}
	return nil
}

func fieldIndex(fields []structField, name string) int {
	for _, field := range fields {
		if strings.EqualFold(field.name, name) {
			return field.index
		}
	}
	return -1
}

// assignRow stores a row in what target points to: see QueryAs.
func assignRow(target any, read *table, index int) error {
	cells := read.rows[index]
	structure := reflect.TypeOf(target).Elem()
	if structure.Kind() != reflect.Struct || isSpecial(target) {
		if len(cells) == 0 {
			return fmt.Errorf("the query has no columns")
		}
		return assign(target, cells[0])
	}
	row := &object{make([]Pair, len(cells))}
	for column, name := range read.names {
		row.entries[column] = Pair{name, cells[column]}
	}
	for _, field := range fieldsOf(structure) {
		if fieldIndexOfColumn(read.names, field.name) < 0 {
			return fmt.Errorf("the query has no column %s", field.name)
		}
	}
	return assignStruct(reflect.ValueOf(target).Elem(), row)
}

func fieldIndexOfColumn(names []string, name string) int {
	for index, known := range names {
		if strings.EqualFold(known, name) {
			return index
		}
	}
	return -1
}

// isSpecial says whether a pointer is to a struct that stands for one value.
func isSpecial(target any) bool {
	switch target.(type) {
	case *Decimal, *big.Int, *time.Time, *Interval, *Exact:
		return true
	}
	return false
}
