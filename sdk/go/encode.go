package heliosdb

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"sort"
	"time"
)

// hugeintDigits is how many digits and sign the largest HUGEINT has; longer ones are BIGNUM.
const hugeintDigits = 39

// encoder writes MessagePack with the extension types of the ABI.
type encoder struct{ bytes []byte }

// marked writes a marker and a number of width big-endian bytes.
func (out *encoder) marked(marker byte, value uint64, width int) {
	out.bytes = append(out.bytes, marker)
	for index := width - 1; index >= 0; index-- {
		out.bytes = append(out.bytes, byte(value>>(8*index)))
	}
}

func (out *encoder) integer(value int64) {
	if value >= -32 && value <= 127 {
		out.bytes = append(out.bytes, byte(value))
		return
	}
	out.marked(0xd3, uint64(value), 8)
}

func (out *encoder) text(text string) {
	out.marked(0xdb, uint64(len(text)), 4)
	out.bytes = append(out.bytes, text...)
}

// value writes whatever has a SQL counterpart.
func (out *encoder) value(value any, depth int) error {
	if depth > depthMax {
		return fmt.Errorf("a value is nested too deeply, or contains itself")
	}
	switch value := value.(type) {
	case nil:
		out.bytes = append(out.bytes, 0xc0)
		return nil
	case []byte:
		out.marked(0xc6, uint64(len(value)), 4)
		out.bytes = append(out.bytes, value...)
		return nil
	}
	if out.special(value) {
		return nil
	}
	switch value := value.(type) {
	case Exact:
		return out.value(value.Value, depth)
	case json.RawMessage:
		out.text(rawJSON(value))
		return nil
	case json.Number:
		return out.value(numberOf(string(value)), depth)
	case []Pair:
		out.marked(0xdf, uint64(len(value)), 4)
		return out.pairs(value, depth)
	}
	return out.reflected(reflect.ValueOf(value), depth)
}

func (out *encoder) extension(kind byte, payload []byte) {
	out.marked(0xc9, uint64(len(payload)), 4)
	out.bytes = append(append(out.bytes, kind), payload...)
}

// special writes values that have an extension of their own; false for all others.
func (out *encoder) special(value any) bool {
	switch value := value.(type) {
	case Decimal:
		out.extension(extDecimal, []byte(value.String()))
	case *big.Int:
		if value == nil {
			out.bytes = append(out.bytes, 0xc0)
			break
		}
		out.bigInteger(value)
	case big.Int:
		out.bigInteger(&value)
	case time.Time:
		micros := binary.LittleEndian.AppendUint64(nil, uint64(value.UnixMicro()))
		out.extension(extTimestamp, micros)
	case time.Duration:
		out.interval(Interval{Micros: value.Microseconds()})
	case Interval:
		out.interval(value)
	case UUID:
		out.extension(extUuid, value[:])
	default:
		return false
	}
	return true
}

func (out *encoder) bigInteger(value *big.Int) {
	if value.IsInt64() {
		out.integer(value.Int64())
		return
	}
	digits := value.String()
	kind := byte(extBignum)
	if len(digits) <= hugeintDigits {
		kind = extHugeint
	}
	out.extension(kind, []byte(digits))
}

func (out *encoder) interval(value Interval) {
	payload := binary.LittleEndian.AppendUint32(nil, uint32(value.Months))
	payload = binary.LittleEndian.AppendUint32(payload, uint32(value.Days))
	out.extension(extInterval, binary.LittleEndian.AppendUint64(payload, uint64(value.Micros)))
}

func (out *encoder) pairs(pairs []Pair, depth int) error {
	for _, pair := range pairs {
		if err := out.value(pair.Key, depth+1); err != nil {
			return err
		}
		if err := out.value(pair.Value, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (out *encoder) reflected(value reflect.Value, depth int) error {
	switch value.Kind() {
	case reflect.Bool:
		out.bytes = append(out.bytes, 0xc2)
		if value.Bool() {
			out.bytes[len(out.bytes)-1] = 0xc3
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		out.integer(value.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		out.marked(0xcf, value.Uint(), 8)
	case reflect.Float32, reflect.Float64:
		out.marked(0xcb, math.Float64bits(value.Float()), 8)
	case reflect.String:
		out.text(value.String())
	case reflect.Pointer, reflect.Interface:
		if value.IsNil() {
			return out.value(nil, depth)
		}
		return out.value(value.Elem().Interface(), depth+1)
	case reflect.Slice, reflect.Array:
		out.marked(0xdd, uint64(value.Len()), 4)
		for index := range value.Len() {
			if err := out.value(value.Index(index).Interface(), depth+1); err != nil {
				return err
			}
		}
	case reflect.Map:
		return out.fields(value, depth)
	case reflect.Struct:
		return out.structure(value, depth)
	default:
		return fmt.Errorf("a %s has no SQL value", value.Type())
	}
	return nil
}

// fields writes a map; sorted, so that equal maps have equal bytes.
func (out *encoder) fields(value reflect.Value, depth int) error {
	keys := value.MapKeys()
	sort.Slice(keys, func(left, right int) bool {
		return fmt.Sprint(keys[left].Interface()) < fmt.Sprint(keys[right].Interface())
	})
	out.marked(0xdf, uint64(len(keys)), 4)
	for _, key := range keys {
		if err := out.value(key.Interface(), depth+1); err != nil {
			return err
		}
		if err := out.value(value.MapIndex(key).Interface(), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// structure writes a struct's exported fields; a tag `sql:"name"` names one.
func (out *encoder) structure(value reflect.Value, depth int) error {
	fields := fieldsOf(value.Type())
	out.marked(0xdf, uint64(len(fields)), 4)
	for _, field := range fields {
		out.text(field.name)
		if err := out.value(value.Field(field.index).Interface(), depth+1); err != nil {
			return err
		}
	}
	return nil
}

type structField struct {
	name  string
	index int
}

// fieldsOf names the exported fields of a struct as SQL knows them.
func fieldsOf(structure reflect.Type) []structField {
	var fields []structField
	for index := range structure.NumField() {
		field := structure.Field(index)
		if !field.IsExported() {
			continue
		}
		name := field.Tag.Get("sql")
		if name == "" {
			name = field.Name
		}
		fields = append(fields, structField{name, index})
	}
	return fields
}
