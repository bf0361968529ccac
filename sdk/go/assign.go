package heliosdb

import (
	"fmt"
	"math"
	"reflect"
)

// assign stores a decoded value in what target points to.
func assign(target any, value any) error {
	return assignTo(reflect.ValueOf(target).Elem(), value)
}

func assignTo(target reflect.Value, value any) error {
	kind := target.Kind()
	if value == nil {
		switch kind {
		case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
			target.SetZero()
			return nil
		}
		return fmt.Errorf("expected %s, found NULL; use *%s where NULL may occur", target.Type(), target.Type())
	}
	switch kind {
	case reflect.Pointer:
		target.Set(reflect.New(target.Type().Elem()))
		return assignTo(target.Elem(), value)
	case reflect.Interface:
		target.Set(reflect.ValueOf(value))
		return nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		number, isInteger := integer(value)
		if !isInteger {
			break
		}
		if target.OverflowInt(number) {
			return fmt.Errorf("%d is out of range for %s", number, target.Type())
		}
		target.SetInt(number)
		return nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		number, isInteger := integer(value)
		if !isInteger {
			break
		}
		if number < 0 || target.OverflowUint(uint64(number)) {
			return fmt.Errorf("%d is out of range for %s", number, target.Type())
		}
		target.SetUint(uint64(number))
		return nil
	case reflect.Float32, reflect.Float64:
		switch value := value.(type) {
		case float64:
			target.SetFloat(value)
			return nil
		case int:
			target.SetFloat(float64(value))
			return nil
		}
	case reflect.Slice:
		if list, isList := value.([]any); isList {
			return assignList(target, list)
		}
		if bytes, isBlob := value.([]byte); isBlob && target.Type().Elem().Kind() == reflect.Uint8 {
			target.SetBytes(bytes)
			return nil
		}
	case reflect.Map:
		if fields, isMap := value.(map[string]any); isMap {
			return assignMap(target, fields)
		}
	default:
		if found := reflect.ValueOf(value); found.Kind() == kind {
			target.Set(found.Convert(target.Type()))
			return nil
		}
	}
	return fmt.Errorf("expected %s, found %T", target.Type(), value)
}

func assignList(target reflect.Value, list []any) error {
	slice := reflect.MakeSlice(target.Type(), len(list), len(list))
	for index, item := range list {
		if err := assignTo(slice.Index(index), item); err != nil {
			return fmt.Errorf("element %d: %w", index, err)
		}
	}
	target.Set(slice)
	return nil
}

func assignMap(target reflect.Value, fields map[string]any) error {
	result := reflect.MakeMapWithSize(target.Type(), len(fields))
	for name, field := range fields {
		item := reflect.New(target.Type().Elem()).Elem()
		if err := assignTo(item, field); err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
		result.SetMapIndex(reflect.ValueOf(name).Convert(target.Type().Key()), item)
	}
	target.Set(result)
	return nil
}

// integer accepts whole numbers; a DECIMAL without a fraction is one.
func integer(value any) (int64, bool) {
	switch value := value.(type) {
	case int:
		return int64(value), true
	case float64:
		if value == math.Trunc(value) && math.Abs(value) < 1<<53 {
			return int64(value), true
		}
	}
	return 0, false
}
