package heliosdb

import (
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"strconv"
)

const depthMax = 64

var errMalformed = errors.New("malformed value from the database")

// decoder reads MessagePack with the extension types of the ABI.
type decoder struct{ bytes []byte }

func decodeAll(bytes []byte) (any, error) {
	in := decoder{bytes}
	value, err := in.value(0)
	if err == nil && len(in.bytes) > 0 {
		err = errMalformed
	}
	return value, err
}

// table is the result of a query: rows of cells, as the database sent them.
type table struct {
	names []string
	rows  [][]any
}

// decodeTable reads {"columns": […], "rows": [[…]]}.
func decodeTable(bytes []byte) (*table, error) {
	decoded, err := decodeAll(bytes)
	result, isObject := decoded.(*object)
	if err != nil || !isObject {
		return nil, errMalformed
	}
	columns, haveColumns := result.field("columns").([]any)
	rows, haveRows := result.field("rows").([]any)
	if !haveColumns || !haveRows {
		return nil, errMalformed
	}
	read := &table{make([]string, len(columns)), make([][]any, len(rows))}
	for index, column := range columns {
		if described, isObject := column.(*object); isObject {
			read.names[index], _ = described.field("name").(string)
		}
	}
	for index, row := range rows {
		cells, isList := row.([]any)
		if !isList || len(cells) != len(columns) {
			return nil, errMalformed
		}
		read.rows[index] = cells
	}
	return read, nil
}

// decodeRows reads a result as rows by column name.
func decodeRows(bytes []byte) ([]Row, error) {
	read, err := decodeTable(bytes)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(read.rows))
	for index, cells := range read.rows {
		rows[index] = make(Row, len(cells))
		for column, cell := range cells {
			rows[index][read.names[column]] = plain(cell)
		}
	}
	return rows, nil
}

func (in *decoder) take(length uint64) ([]byte, error) {
	if length > uint64(len(in.bytes)) {
		return nil, errMalformed
	}
	taken := in.bytes[:length]
	in.bytes = in.bytes[length:]
	return taken, nil
}

// number reads width big-endian bytes.
func (in *decoder) number(width int) (uint64, error) {
	bytes, err := in.take(uint64(width))
	var value uint64
	for _, b := range bytes {
		value = value<<8 | uint64(b)
	}
	return value, err
}

func (in *decoder) value(depth int) (any, error) {
	head, err := in.number(1)
	if err != nil || depth > depthMax {
		return nil, errMalformed
	}
	switch {
	case head <= 0x7f:
		return int(head), nil
	case head <= 0x8f:
		return in.object(head&0x0f, depth)
	case head <= 0x9f:
		return in.list(head&0x0f, depth)
	case head <= 0xbf:
		bytes, err := in.take(head & 0x1f)
		return string(bytes), err
	case head >= 0xe0:
		return int(int8(head)), nil
	case head == 0xc0:
		return nil, nil
	case head == 0xc2 || head == 0xc3:
		return head == 0xc3, nil
	case head <= 0xc9:
		length, err := in.number(1 << ((head - 0xc4) % 3))
		if err != nil || head == 0xc1 {
			return nil, errMalformed
		}
		if head >= 0xc7 {
			return in.extension(length)
		}
		bytes, err := in.take(length)
		return append([]byte{}, bytes...), err
	case head == 0xca:
		bits, err := in.number(4)
		return float64(math.Float32frombits(uint32(bits))), err
	case head == 0xcb:
		bits, err := in.number(8)
		return math.Float64frombits(bits), err
	case head <= 0xcf:
		value, err := in.number(1 << (head - 0xcc))
		if value > math.MaxInt64 {
			return new(big.Int).SetUint64(value), err
		}
		return int(value), err
	case head <= 0xd3:
		width := 1 << (head - 0xd0)
		value, err := in.number(width)
		shift := 64 - 8*width
		return int(int64(value<<shift) >> shift), err
	case head <= 0xd8:
		return in.extension(1 << (head - 0xd4))
	case head <= 0xdb:
		length, err := in.number(1 << (head - 0xd9))
		if err != nil {
			return nil, err
		}
		bytes, err := in.take(length)
		return string(bytes), err
	}
	length, err := in.number(2 << ((head - 0xdc) % 2))
	if err != nil {
		return nil, err
	}
	if head <= 0xdd {
		return in.list(length, depth)
	}
	return in.object(length, depth)
}

func (in *decoder) list(length uint64, depth int) (any, error) {
	// Every element takes at least a byte: a length beyond that must not reserve memory.
	list := make([]any, 0, min(length, uint64(len(in.bytes))))
	for ; length > 0; length-- {
		item, err := in.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, nil
}

func (in *decoder) object(length uint64, depth int) (any, error) {
	entries := make([]Pair, 0, min(length, uint64(len(in.bytes))))
	for ; length > 0; length-- {
		key, err := in.value(depth + 1)
		if err != nil {
			return nil, err
		}
		item, err := in.value(depth + 1)
		if err != nil {
			return nil, err
		}
		entries = append(entries, Pair{key, item})
	}
	return &object{entries}, nil
}

func (in *decoder) extension(length uint64) (any, error) {
	kind, err := in.number(1)
	if err != nil {
		return nil, err
	}
	bytes, err := in.take(length)
	if err != nil {
		return nil, err
	}
	switch kind {
	case extDecimal:
		return ParseDecimal(string(bytes))
	case extHugeint, extBignum:
		digits := string(bytes)
		if value, err := strconv.ParseInt(digits, 10, 64); err == nil {
			return int(value), nil
		}
		if value, isInteger := new(big.Int).SetString(digits, 10); isInteger {
			return value, nil
		}
	case extBit:
		return string(bytes), nil
	case extDate:
		if length == 4 {
			return moment{kind: kind, value: int64(int32(binary.LittleEndian.Uint32(bytes)))}, nil
		}
	case extUuid:
		if length == 16 {
			return UUID(bytes), nil
		}
	case extInterval:
		if length == 16 {
			return Interval{
				Months: int32(binary.LittleEndian.Uint32(bytes)),
				Days:   int32(binary.LittleEndian.Uint32(bytes[4:])),
				Micros: int64(binary.LittleEndian.Uint64(bytes[8:])),
			}, nil
		}
	case extTimeTz:
		if length == 12 {
			offset := int32(binary.LittleEndian.Uint32(bytes[8:]))
			return moment{kind, int64(binary.LittleEndian.Uint64(bytes)), offset}, nil
		}
	case extTime, extTimeNs, extTimestamp, extTimestampS, extTimestampMs, extTimestampNs, extTimestampTz:
		if length == 8 {
			return moment{kind: kind, value: int64(binary.LittleEndian.Uint64(bytes))}, nil
		}
	}
	return nil, errMalformed
}
