package heliosdb

// batchRows is how many rows are fetched at once where nobody says how many. Decoded they are some
// hundred bytes each, which Go's collector marks again and again while a batch is alive: many more
// make it take half of all time, beyond which Go lets the heap grow, over the limit of the procedure.
const batchRows = 2048

// Cursor is the rows of a query that is larger than the procedure's memory, a batch at a time.
type Cursor struct{ number uint32 }

// CursorOpen runs one SQL statement with values for its placeholders, whose rows are fetched in
// batches.
func CursorOpen(sql string, parameters ...any) (*Cursor, error) {
	var params encoder
	if err := params.value(parameters, 0); err != nil {
		return nil, err
	}
	number, status := cursorOpen(sql, params.bytes)
	if err := check(status); err != nil {
		return nil, err
	}
	return &Cursor{number: number}, nil
}

// Next returns at most rowsMax further rows, for 0 a few thousand; none after the last.
func (cursor *Cursor) Next(rowsMax uint32) ([]Row, error) {
	if rowsMax == 0 {
		rowsMax = batchRows
	}
	bytes, err := cursorNext(cursor.number, rowsMax)
	if err != nil || bytes == nil {
		return nil, err
	}
	return decodeRows(bytes)
}

// Close ends the cursor before its call ends.
func (cursor *Cursor) Close() error { return check(cursorClose(cursor.number)) }
