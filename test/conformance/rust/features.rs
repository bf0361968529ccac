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

#[heliosdb_procedure]
fn same_ubigint(v: u64) -> u64 {
    v
}

#[heliosdb_procedure]
fn same_float(v: f32) -> f32 {
    v
}

#[heliosdb_procedure]
fn same_wide_decimal(v: Decimal) -> Decimal {
    v
}

#[heliosdb_procedure]
fn same_time(v: Time) -> Time {
    v
}

#[heliosdb_procedure]
fn same_time_tz(v: Value) -> Value {
    v
}

#[heliosdb_procedure]
fn same_timestamp_tz(v: TimestampTz) -> TimestampTz {
    v
}

#[heliosdb_procedure]
fn same_timestamp_ns(v: Value) -> Value {
    v
}

#[heliosdb_procedure]
fn same_interval(v: Interval) -> Interval {
    v
}

#[heliosdb_procedure]
fn same_uuid(v: Uuid) -> Uuid {
    v
}

#[heliosdb_procedure]
fn same_bit(v: String) -> String {
    v
}

#[heliosdb_procedure]
fn same_enum(v: String) -> String {
    v
}

#[heliosdb_procedure]
fn same_map(v: Value) -> Value {
    v
}

#[heliosdb_procedure]
fn same_number_map(v: Value) -> Value {
    v
}

#[heliosdb_procedure]
fn same_array(v: Vec<i64>) -> Vec<i64> {
    v
}

#[heliosdb_procedure]
fn same_nested(v: Value) -> Value {
    v
}

#[heliosdb_procedure]
fn same_union(v: Value) -> Value {
    v
}

#[heliosdb_procedure]
fn bind_decimal(v: Decimal) -> Result<Decimal, Error> {
    heliosdb_query_with("SELECT ? + 1", &[&v])?.get(0)
}

#[heliosdb_procedure]
fn sum_rows(size: i64) -> Result<i64, Error> {
    let result = heliosdb_query_with("SELECT range FROM range(?)", &[&size])?;
    let mut sum = 0;
    for row in result.rows() {
        sum += row.get::<i64>(0)?;
    }
    Ok(sum)
}

#[heliosdb_procedure]
fn sum_cursor(size: i64) -> Result<i64, Error> {
    let mut cursor = heliosdb_cursor_open("SELECT range FROM range(?)", &[&size])?;
    let mut sum = 0;
    while let Some(batch) = cursor.next_batch(0)? {
        for row in batch.rows() {
            sum += row.get::<i64>(0)?;
        }
    }
    Ok(sum)
}

#[heliosdb_procedure]
fn make_list(size: i64) -> Vec<i64> {
    (0..size).collect()
}

#[heliosdb_procedure]
fn hash_text(v: String) -> Result<Vec<u8>, Error> {
    heliosdb_crypto_hash(HashAlgorithm::Sha256, v.as_bytes())
}

#[heliosdb_procedure]
fn code_text(key: Vec<u8>, v: String) -> Result<Vec<u8>, Error> {
    heliosdb_crypto_hmac(HashAlgorithm::Sha512, &key, v.as_bytes())
}

#[heliosdb_procedure]
fn seal_and_open(v: String) -> Result<String, Error> {
    let mut key = [0u8; 32];
    heliosdb_crypto_random(&mut key)?;
    let sealed = heliosdb_crypto_seal(Cipher::ChaCha20Poly1305, &key, b"row", v.as_bytes())?;
    let opened = heliosdb_crypto_open(Cipher::ChaCha20Poly1305, &key, b"row", &sealed)?;
    let is_same = heliosdb_crypto_equal(&opened, v.as_bytes())?;
    Ok(format!("{} {is_same}", String::from_utf8_lossy(&opened)))
}

#[heliosdb_procedure]
fn verify(key: Vec<u8>, message: String, signature: Vec<u8>) -> Result<bool, Error> {
    heliosdb_crypto_verify(&key, message.as_bytes(), &signature)
}

#[heliosdb_procedure]
fn post(url: String, body: String) -> Result<String, Error> {
    let answer = heliosdb_fetch(&FetchRequest::post(url, body).header("x-note", "seven"))?;
    Ok(format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)))
}

#[heliosdb_procedure]
fn measure(name: String) -> Result<bool, Error> {
    heliosdb_metric_count(&name, 2)?;
    heliosdb_metric_observe("size", 1.5)?;
    Ok(true)
}

#[heliosdb_procedure]
fn write_and_commit(note: String) -> Result<bool, Error> {
    heliosdb_begin_tx()?;
    heliosdb_query_with("INSERT INTO journal VALUES (?)", &[&note])?;
    heliosdb_commit_tx()?;
    Ok(true)
}

#[heliosdb_procedure]
fn write_and_leave(note: String) -> Result<bool, Error> {
    heliosdb_begin_tx()?;
    heliosdb_query_with("INSERT INTO journal VALUES (?)", &[&note])?;
    Ok(true)
}

#[heliosdb_procedure]
fn spin(v: i64) -> i64 {
    let mut turns = v;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

#[heliosdb_procedure]
fn hoard(size: i64) -> i64 {
    let mut hoarded: Vec<Vec<u8>> = Vec::new();
    for _ in 0..size {
        hoarded.push(vec![1; 1 << 20]);
    }
    hoarded.len() as i64
}
