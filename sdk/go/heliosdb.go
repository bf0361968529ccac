// Package heliosdb is what a stored procedure written in Go sees of the database.
//
// Mark a function with a comment and compile it with "heliosdb compile":
//
//	//export aggregate_sales
//	func aggregateSales(startDate string, endDate string) map[string]interface{} { … }
//
// A declared type decides how a value arrives, in parameters and in the rows of QueryAs: bool, the
// integers and floats of Go, *big.Int, Decimal, string, []byte, time.Time, time.Duration, Interval,
// UUID, json.RawMessage, slices, arrays, maps, structs with tags such as `sql:"total"`, and
// pointers, of which nil is NULL. Decimal and *big.Int have all digits; an Exact takes anything.
//
// Where any is declared, and in the rows of Query, SQL values arrive as: BOOLEAN bool; integers
// int, beyond 64 bits their digits as string; FLOAT, DOUBLE and DECIMAL float64; VARCHAR, dates,
// times, INTERVAL, UUID and BIT string; BLOB []byte; LIST []any; STRUCT and MAP map[string]any;
// NULL nil.
//
// The same types are taken as results and as values for placeholders. A second result of type error
// fails the statement.
package heliosdb

import (
	"fmt"
	"time"
)

// Row is one row of a result, by column name.
type Row = map[string]any

// Error is an error of the database or of a procedure.
type Error struct {
	// Code tells a procedure's own errors apart; 1 unless it chose another.
	Code int32
	// SQLState is five characters such as 42P01 when the database reported the error.
	SQLState string
	// Message says what went wrong.
	Message string
}

func (e *Error) Error() string {
	if e.SQLState == "" {
		return e.Message
	}
	return e.Message + " (SQLSTATE " + e.SQLState + ")"
}

// Query runs one SQL statement with values for its placeholders. An error ends the procedure;
// TryQuery returns it instead.
func Query(sql string, parameters ...any) []Row {
	rows, err := TryQuery(sql, parameters...)
	if err != nil {
		panic(err)
	}
	return rows
}

// TryQuery runs one SQL statement with values for its placeholders.
func TryQuery(sql string, parameters ...any) ([]Row, error) {
	var params encoder
	if err := params.value(parameters, 0); err != nil {
		return nil, err
	}
	bytes, err := hostQuery(sql, params.bytes)
	if err != nil {
		return nil, err
	}
	return decodeRows(bytes)
}

// QueryAs runs one SQL statement whose rows become T: a struct takes the columns that its fields
// name, by tag or by name in any case; any other type takes the first column.
func QueryAs[T any](sql string, parameters ...any) ([]T, error) {
	var params encoder
	if err := params.value(parameters, 0); err != nil {
		return nil, err
	}
	bytes, err := hostQuery(sql, params.bytes)
	if err != nil {
		return nil, err
	}
	read, err := decodeTable(bytes)
	if err != nil {
		return nil, err
	}
	rows := make([]T, len(read.rows))
	for index := range rows {
		if err := assignRow(&rows[index], read, index); err != nil {
			return nil, fmt.Errorf("row %d: %w", index, err)
		}
	}
	return rows, nil
}

var levels = map[string]uint32{"debug": 0, "info": 1, "warn": 2, "error": 3}

// Log writes a line to the procedure's log; the level is debug, info, warn or error.
func Log(level string, message string) {
	number, known := levels[level]
	if !known {
		panic(&Error{Code: 1, Message: "unknown log level " + level})
	}
	if err := logText(number, message); err != nil {
		panic(err)
	}
}

// Fail ends the procedure with an error.
func Fail(code int32, message string) {
	panic(&Error{Code: code, Message: message})
}

// Now is the moment the statement began, the same during the whole statement.
func Now() time.Time { return time.UnixMicro(hostNow()).UTC() }

// BeginTx begins a transaction for the queries that follow.
func BeginTx() error { return check(hostBeginTx()) }

// CommitTx makes what was written since BeginTx permanent.
func CommitTx() error { return check(hostCommitTx()) }

// RollbackTx undoes what was written since BeginTx.
func RollbackTx() error { return check(hostRollbackTx()) }

// check turns a status into an error, with the database's own words.
func check(status int32) error {
	if status == statusOK {
		return nil
	}
	if status != statusError {
		return &Error{Code: 1, Message: fmt.Sprintf("unexpected status %d from the database", status)}
	}
	details, err := decodeAll(lastErrorBytes())
	fields, known := plain(details).(map[string]any)
	if err != nil || !known {
		return &Error{Code: 1, Message: "the database reported an error without details"}
	}
	state, _ := fields["sqlstate"].(string)
	message, _ := fields["message"].(string)
	return &Error{Code: 1, SQLState: state, Message: message}
}
