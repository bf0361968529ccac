// The procedures of ../cases.yaml in Go.
package main

import (
	"encoding/json"
	"strings"

	heliosdb "github.com/heliosdb/wasm-sdk-go"
)

//export same_bigint
func sameBigint(v int64) int64 { return v }

//export same_hugeint
func sameHugeint(v any) any { return v }

//export same_double
func sameDouble(v float64) float64 { return v }

//export same_decimal
func sameDecimal(v float64) float64 { return v }

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
func sameJSON(v string) (any, error) {
	var parsed any
	err := json.Unmarshal([]byte(v), &parsed)
	return parsed, err
}

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
