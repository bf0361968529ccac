package heliosdb

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"sort"
	"time"
)

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
	case time.Time:
		out.bytes = append(out.bytes, 0xd7, extTimestamp)
		out.bytes = binary.LittleEndian.AppendUint64(out.bytes, uint64(value.UTC().UnixMicro()))
		return nil
	}
	return out.reflected(reflect.ValueOf(value), depth)
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
		out.text(fmt.Sprint(key.Interface()))
		if err := out.value(value.MapIndex(key).Interface(), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// structure writes a struct's exported fields; a tag `sql:"name"` names one.
func (out *encoder) structure(value reflect.Value, depth int) error {
	var names []string
	var fields []reflect.Value
	for index := range value.NumField() {
		field := value.Type().Field(index)
		if !field.IsExported() {
			continue
		}
		name := field.Tag.Get("sql")
		if name == "" {
			name = field.Name
		}
		names, fields = append(names, name), append(fields, value.Field(index))
	}
	out.marked(0xdf, uint64(len(names)), 4)
	for index, name := range names {
		out.text(name)
		if err := out.value(fields[index].Interface(), depth+1); err != nil {
			return err
		}
	}
	return nil
}
