// The procedures of ../cases.yaml in Go.
package main

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	heliosdb "github.com/heliosdb/wasm-sdk-go"
)

//export same_bigint
func sameBigint(v int64) int64 { return v }

//export same_hugeint
func sameHugeint(v *big.Int) *big.Int { return v }

//export same_double
func sameDouble(v float64) float64 { return v }

//export same_decimal
func sameDecimal(v heliosdb.Decimal) heliosdb.Decimal { return v }

//export same_boolean
func sameBoolean(v bool) bool { return v }

//export same_text
func sameText(v string) string { return v }

//export same_blob
func sameBlob(v []byte) []byte { return v }

//export same_date
func sameDate(v string) string { return v }

//export same_timestamp
func sameTimestamp(v string) string { return v }

//export same_list
func sameList(v []*int64) []*int64 { return v }

//export same_struct
func sameStruct(v map[string]any) map[string]any {
	return map[string]any{"a": v["a"], "b": v["b"]}
}

//export same_json
func sameJSON(v string) (any, error) { return heliosdb.ParseJSON(v) }

//export is_null
func isNull(v *int64) bool { return v == nil }

//export give_null
func giveNull() *int64 { return nil }

//export count_items
func countItems() int {
	return heliosdb.Query("SELECT count(*) AS n FROM items")[0]["n"].(int)
}

//export find_item
func findItem(label string) *int64 {
	rows := heliosdb.Query("SELECT id FROM items WHERE label = ?", label)
	if len(rows) == 0 {
		return nil
	}
	id := int64(rows[0]["id"].(int))
	return &id
}

//export query_text
func queryText(size int64) int {
	return len(heliosdb.Query("SELECT repeat('x', ?) AS text", size)[0]["text"].(string))
}

//export query_absent
func queryAbsent() (int, error) {
	rows, err := heliosdb.TryQuery("SELECT id FROM absent_table")
	return len(rows), err
}

//export make_text
func makeText(size int64) string { return strings.Repeat("x", int(size)) }

//export log_warning
func logWarning(message string) bool {
	heliosdb.Log("warn", message)
	return true
}

//export fail_with
func failWith(code int64, message string) (int64, error) {
	return 0, &heliosdb.Error{Code: int32(code), Message: message}
}

//export crash
func crash(v int64) int64 { return 1 / v }

//export insert_and_roll_back
func insertAndRollBack() (int, error) {
	if err := heliosdb.BeginTx(); err != nil {
		return 0, err
	}
	heliosdb.Query("INSERT INTO items VALUES (4, 'new')")
	seen := countItems()
	return seen, heliosdb.RollbackTx()
}

//export now_micros
func nowMicros(_ int64) int64 { return heliosdb.Now().UnixMicro() }

//export same_ubigint
func sameUbigint(v uint64) uint64 { return v }

//export same_float
func sameFloat(v float32) float32 { return v }

//export same_wide_decimal
func sameWideDecimal(v heliosdb.Decimal) heliosdb.Decimal { return v }

//export same_time
func sameTime(v string) string { return v }

//export same_time_tz
func sameTimeTz(v string) string { return v }

//export same_timestamp_tz
func sameTimestampTz(v time.Time) time.Time { return v }

//export same_timestamp_ns
func sameTimestampNs(v string) string { return v }

//export same_interval
func sameInterval(v heliosdb.Interval) heliosdb.Interval { return v }

//export same_uuid
func sameUUID(v heliosdb.UUID) heliosdb.UUID { return v }

//export same_bit
func sameBit(v string) string { return v }

//export same_enum
func sameEnum(v string) string { return v }

//export same_map
func sameMap(v map[string]*int64) map[string]*int64 { return v }

//export same_number_map
func sameNumberMap(v map[int64]heliosdb.Decimal) map[int64]heliosdb.Decimal { return v }

//export same_array
func sameArray(v [3]int64) [3]int64 { return v }

type part struct {
	ID heliosdb.UUID `sql:"id"`
	N  *big.Int      `sql:"n"`
}

type nested struct {
	Total heliosdb.Decimal `sql:"total"`
	At    time.Time        `sql:"at"`
	Tags  []*string        `sql:"tags"`
	Parts []part           `sql:"parts"`
}

//export same_nested
func sameNested(v nested) nested { return v }

//export same_union
func sameUnion(v heliosdb.Exact) heliosdb.Exact { return v }

//export bind_decimal
func bindDecimal(v heliosdb.Decimal) (heliosdb.Decimal, error) {
	rows, err := heliosdb.QueryAs[heliosdb.Decimal]("SELECT ? + 1", v)
	if err != nil {
		return v, err
	}
	return rows[0], nil
}

//export sum_rows
func sumRows(size int64) (int64, error) {
	rows, err := heliosdb.QueryAs[int64]("SELECT range FROM range(?)", size)
	sum := int64(0)
	for _, row := range rows {
		sum += row
	}
	return sum, err
}

//export sum_cursor
func sumCursor(size int64) (int64, error) {
	cursor, err := heliosdb.CursorOpen("SELECT range FROM range(?)", size)
	if err != nil {
		return 0, err
	}
	sum := int64(0)
	for {
		rows, err := cursor.Next(0)
		if err != nil || len(rows) == 0 {
			return sum, err
		}
		for _, row := range rows {
			sum += int64(row["range"].(int))
		}
	}
}

//export make_list
func makeList(size int64) []int64 {
	list := make([]int64, size)
	for index := range list {
		list[index] = int64(index)
	}
	return list
}

//export hash_text
func hashText(v string) ([]byte, error) { return heliosdb.CryptoHash(heliosdb.SHA256, []byte(v)) }

//export code_text
func codeText(key []byte, v string) ([]byte, error) {
	return heliosdb.CryptoHmac(heliosdb.SHA512, key, []byte(v))
}

//export seal_and_open
func sealAndOpen(v string) (string, error) {
	key, err := heliosdb.CryptoRandom(32)
	if err != nil {
		return "", err
	}
	sealed, err := heliosdb.CryptoSeal(heliosdb.ChaCha20Poly1305, key, []byte("row"), []byte(v))
	if err != nil {
		return "", err
	}
	opened, err := heliosdb.CryptoOpen(heliosdb.ChaCha20Poly1305, key, []byte("row"), sealed)
	if err != nil {
		return "", err
	}
	isSame, err := heliosdb.CryptoEqual(opened, []byte(v))
	return fmt.Sprintf("%s %t", opened, isSame), err
}

//export verify
func verify(key []byte, message string, signature []byte) (bool, error) {
	return heliosdb.CryptoVerify(key, []byte(message), signature)
}

//export post
func post(url string, body string) (string, error) {
	answer, err := heliosdb.Fetch(heliosdb.FetchRequest{
		Method: "POST", URL: url, Headers: map[string]string{"x-note": "seven"}, Body: []byte(body),
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %s", answer.Status, answer.Body), nil
}

//export measure
func measure(name string) (bool, error) {
	if err := heliosdb.MetricCount(name, 2); err != nil {
		return false, err
	}
	return true, heliosdb.MetricObserve("size", 1.5)
}

//export write_and_commit
func writeAndCommit(note string) (bool, error) {
	if err := heliosdb.BeginTx(); err != nil {
		return false, err
	}
	heliosdb.Query("INSERT INTO journal VALUES (?)", note)
	return true, heliosdb.CommitTx()
}

//export write_and_leave
func writeAndLeave(note string) (bool, error) {
	err := heliosdb.BeginTx()
	heliosdb.Query("INSERT INTO journal VALUES (?)", note)
	return true, err
}

//export spin
func spin(v int64) int64 {
	for {
		v++
	}
}

//export hoard
func hoard(size int64) int64 {
	var hoarded [][]byte
	for range size {
		hoarded = append(hoarded, []byte(strings.Repeat("x", 1<<20)))
	}
	return int64(len(hoarded))
}
