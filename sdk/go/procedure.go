package heliosdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"strings"
)

// Invoke runs one call of a procedure and gives its result to the database. Generated code calls it.
func Invoke(body func() (any, error)) (status int32) {
	defer func() {
		if raised := recover(); raised != nil {
			report(raised)
			status = 1
		}
	}()
	value, err := body()
	if err == nil {
		err = give(value)
	}
	if err != nil {
		panic(err)
	}
	return 0
}

// report ends the call with an error's words, its code and the stack that it was raised from.
func report(raised any) {
	code, words := int32(1), fmt.Sprintf("panic: %v", raised)
	if err, known := raised.(error); known {
		if _, isRuntime := raised.(interface{ RuntimeError() }); !isRuntime {
			words = err.Error()
		}
		var own *Error
		if errors.As(err, &own) {
			code = own.Code
		}
	}
	fail(code, words, guestStack())
}

// guestStack is the stack below the panic, without the frames of this package, of the code that is
// generated for it, and of the runtime. An error that was returned has none.
func guestStack() string {
	lines := strings.Split(string(debug.Stack()), "\n")
	var kept []string
	for index := 1; index+1 < len(lines); index += 2 {
		function, place := lines[index], strings.TrimSpace(lines[index+1])
		if strings.HasPrefix(function, "panic(") {
			kept = kept[:0]
			continue
		}
		if strings.HasPrefix(function, "runtime") || strings.Contains(function, "wasm-sdk-go") ||
			strings.HasPrefix(function, "main.heliosdbProcedure") {
			continue
		}
		if cut := strings.LastIndex(place, " +0x"); cut >= 0 {
			place = place[:cut]
		}
		kept = append(kept, "at "+function+" "+place)
	}
	return strings.Join(kept, "\n")
}

// Param converts the parameter at index. Generated code calls it.
func Param[T any](index uint32, name string) T {
	var target T
	bytes, err := hostParameter(index)
	if err == nil {
		var value any
		if value, err = decodeAll(bytes); err == nil {
			err = assign(&target, value)
		}
	}
	if err != nil {
		panic(&Error{Code: 1, Message: "parameter " + name + ": " + err.Error()})
	}
	return target
}

// give returns a value in the plainest form its type has.
func give(value any) error {
	var number [8]byte
	switch value := value.(type) {
	case nil:
		return giveBytes(nil, typeSqlnull)
	case bool:
		if value {
			return giveBytes([]byte{1}, typeBoolean)
		}
		return giveBytes([]byte{0}, typeBoolean)
	case string:
		return giveBytes([]byte(value), typeVarchar)
	case int:
		binary.LittleEndian.PutUint64(number[:], uint64(value))
		return giveBytes(number[:], typeBigint)
	case int64:
		binary.LittleEndian.PutUint64(number[:], uint64(value))
		return giveBytes(number[:], typeBigint)
	case float64:
		binary.LittleEndian.PutUint64(number[:], math.Float64bits(value))
		return giveBytes(number[:], typeDouble)
	}
	var out encoder
	if err := out.value(value, 0); err != nil {
		return err
	}
	if len(out.bytes) == 1 && out.bytes[0] == 0xc0 {
		return giveBytes(nil, typeSqlnull)
	}
	return giveBytes(out.bytes, typeMessagePack)
}
