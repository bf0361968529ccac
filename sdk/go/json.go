package heliosdb

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"strconv"
	"strings"
)

// ParseJSON reads JSON text without losing digits: a number is an int where it is an integer of 64
// bits, a *big.Int where it is a longer one, a float64 where that prints the same number, and a
// Decimal otherwise. A parameter that is declared as a map, a slice or a struct is read so as well.
func ParseJSON(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var parsed any
	if err := decoder.Decode(&parsed); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("there is more than one JSON value")
	}
	return exactNumbers(parsed), nil
}

func exactNumbers(value any) any {
	switch value := value.(type) {
	case json.Number:
		return numberOf(string(value))
	case []any:
		for index, item := range value {
			value[index] = exactNumbers(item)
		}
	case map[string]any:
		for name, item := range value {
			value[name] = exactNumbers(item)
		}
	}
	return value
}

func numberOf(text string) any {
	if !strings.ContainsAny(text, ".eE") {
		if number, err := strconv.Atoi(text); err == nil {
			return number
		}
		if number, isInteger := new(big.Int).SetString(text, 10); isInteger {
			return number
		}
	}
	number, err := strconv.ParseFloat(text, 64)
	exact, inexact := ParseDecimal(text)
	if inexact != nil || err != nil {
		return number
	}
	if short, err := DecimalFromFloat(number); err == nil && short.Equal(exact) {
		return number
	}
	return exact
}

// rawJSON is a value's JSON text without the spaces around it.
func rawJSON(text json.RawMessage) string { return string(bytes.TrimSpace(text)) }
