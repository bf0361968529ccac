//! The procedures of ../cases.yaml in Rust.
use heliosdb_wasm_sdk::*;

#[heliosdb_procedure]
fn same_bigint(v: i64) -> i64 {
    v
}

#[heliosdb_procedure]
fn same_hugeint(v: i128) -> i128 {
    v
}

#[heliosdb_procedure]
fn same_double(v: f64) -> f64 {
    v
}

#[heliosdb_procedure]
fn same_decimal(v: Decimal) -> Decimal {
    v
}

#[heliosdb_procedure]
fn same_boolean(v: bool) -> bool {
    v
}

#[heliosdb_procedure]
fn same_text(v: String) -> String {
    v
}

#[heliosdb_procedure]
fn same_blob(v: Vec<u8>) -> Vec<u8> {
    v
}

#[heliosdb_procedure]
fn same_date(v: Date) -> Date {
    let (year, month, day) = v.to_ymd();
    Date::from_ymd(year, month, day)
}

#[heliosdb_procedure]
fn same_timestamp(v: Timestamp) -> Timestamp {
    v
}

#[heliosdb_procedure]
fn same_list(v: Vec<Option<i64>>) -> Vec<Option<i64>> {
    v
}

#[heliosdb_procedure]
fn same_struct(v: Value) -> Value {
    let field = |name: &str| {
        let value = v.field(name).cloned().unwrap_or(Value::Null);
        (Value::Text(name.into()), value)
    };
    Value::Map(vec![field("a"), field("b")])
}

#[heliosdb_procedure]
fn same_json(v: String) -> String {
    v
}

#[heliosdb_procedure]
fn is_null(v: Option<i64>) -> bool {
    v.is_none()
}

#[heliosdb_procedure]
fn give_null() -> Option<i64> {
    None
}

#[heliosdb_procedure]
fn count_items() -> Result<i64, Error> {
    heliosdb_query("SELECT count(*) FROM items")?.get_i64(0)
}

#[heliosdb_procedure]
fn find_item(label: String) -> Result<Option<i64>, Error> {
    let result = heliosdb_query_with("SELECT id FROM items WHERE label = ?", &[&label])?;
    if result.is_empty() {
        return Ok(None);
    }
    result.get(0)
}

#[heliosdb_procedure]
fn query_text(size: i64) -> Result<i64, Error> {
    let result = heliosdb_query_with("SELECT repeat('x', ?)", &[&size])?;
    Ok(result.get_string(0)?.len() as i64)
}

#[heliosdb_procedure]
fn query_absent() -> Result<i64, Error> {
    heliosdb_query("SELECT id FROM absent_table")?.get_i64(0)
}

#[heliosdb_procedure]
fn make_text(size: i64) -> String {
    "x".repeat(size as usize)
}

#[heliosdb_procedure]
fn log_warning(message: String) -> Result<bool, Error> {
    heliosdb_log(LogLevel::Warn, &message)?;
    Ok(true)
}

#[heliosdb_procedure]
fn fail_with(code: i64, message: String) -> Result<i64, Error> {
    Err(Error::with_code(code as i32, message))
}

#[heliosdb_procedure]
fn crash(v: i64) -> i64 {
    panic!("no value at {v}")
}

#[heliosdb_procedure]
fn insert_and_roll_back() -> Result<i64, Error> {
    heliosdb_begin_tx()?;
    heliosdb_query("INSERT INTO items VALUES (4, 'new')")?;
    let seen = heliosdb_query("SELECT count(*) FROM items")?.get_i64(0)?;
    heliosdb_rollback_tx()?;
    Ok(seen)
}

#[heliosdb_procedure]
fn now_micros(_v: i64) -> i64 {
    heliosdb_now().micros
}
