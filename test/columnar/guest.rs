//! Procedures of every type that has a column form; columnar.test.ts calls them both ways.
//! Compile it with `compileProcedure` after a change; the module is committed beside it.

use heliosdb_wasm_sdk::*;

#[heliosdb_procedure]
fn echo_bigint(value: Option<i64>, turn: i64) -> Option<i64> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_tinyint(value: Option<i8>, turn: i64) -> Option<i8> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_uinteger(value: Option<u32>, turn: i64) -> Option<u32> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_ubigint(value: Option<u64>, turn: i64) -> Option<u64> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_float(value: Option<f32>, turn: i64) -> Option<f32> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_double(value: Option<f64>, turn: i64) -> Option<f64> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_boolean(value: Option<bool>, turn: i64) -> Option<bool> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_varchar(value: Option<String>, turn: i64) -> Option<String> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_blob(value: Option<Vec<u8>>, turn: i64) -> Option<Vec<u8>> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_lent_varchar(value: Option<&str>, turn: i64) -> Option<String> {
    if turn % 7 == 6 { None } else { value.map(str::to_owned) }
}

#[heliosdb_procedure]
fn echo_lent_blob(value: Option<&[u8]>, turn: i64) -> Option<Vec<u8>> {
    if turn % 7 == 6 { None } else { value.map(<[u8]>::to_vec) }
}

/// What is left of texts and bytes that are never NULL
#[heliosdb_procedure]
fn lent_length(text: &str, bytes: &[u8]) -> i64 {
    (text.chars().count() * 100_000 + bytes.iter().map(|byte| usize::from(*byte)).sum::<usize>()) as i64
}

#[heliosdb_procedure]
fn echo_decimal(value: Option<Decimal>, turn: i64) -> Option<Decimal> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_date(value: Option<Date>, turn: i64) -> Option<Date> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_time(value: Option<Time>, turn: i64) -> Option<Time> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_timestamp(value: Option<Timestamp>, turn: i64) -> Option<Timestamp> {
    if turn % 7 == 6 { None } else { value }
}

#[heliosdb_procedure]
fn echo_timestamptz(value: Option<TimestampTz>, turn: i64) -> Option<TimestampTz> {
    if turn % 7 == 6 { None } else { value }
}

/// The sum of a list's elements
#[heliosdb_procedure]
fn sum_list(values: Vec<i64>, turn: i64) -> i64 {
    values.iter().sum::<i64>() + turn
}

/// A number from whatever SQL gives
#[heliosdb_procedure]
fn as_double(value: f64, turn: i64) -> f64 {
    value + turn as f64
}

/// Fails for some rows, panics for others
#[heliosdb_procedure]
fn refuse(value: i64, turn: i64) -> Result<i64, Error> {
    match (value % 5, turn % 11) {
        (3, 3) => Err(Error::with_code(42, format!("no {value}"))),
        (4, 7) => panic!("broken at {turn}"),
        _ => Ok(value * 2),
    }
}

/// Never ends for one value
#[heliosdb_procedure]
fn spin_at(value: i64, turn: i64) -> i64 {
    let mut state = value;
    while value == 77 && state != turn {
        state = core::hint::black_box(state);
    }
    state
}

/// Fills most of a procedure's memory with blocks of one size after another, frees them in no
/// order, and asks for as much in one piece
#[heliosdb_procedure]
fn churn(value: i64, turn: i64) -> Result<i64, Error> {
    const BYTES: usize = 9 << 20;
    let mut state = value as u64 | 1;
    let mut number = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % below
    };
    for size in [16, 24, 100, 500, 1000, 3000, 70_000] {
        // Half of them double, and each vector takes some room itself.
        let count = BYTES / (size + size / 2 + 40);
        let mut blocks: Vec<Vec<u8>> = (0..count).map(|index| vec![index as u8; size]).collect();
        // Every other one grows by a little, which may move it.
        for block in blocks.iter_mut().step_by(2) {
            block.push(block[0]);
        }
        while !blocks.is_empty() {
            let block = blocks.swap_remove(number(blocks.len()));
            if block.iter().any(|byte| *byte != block[0]) {
                return Err(Error::new(format!("a block of {size} was written to by another")));
            }
        }
        drop(blocks);
        let whole = core::hint::black_box(vec![1u8; BYTES]);
        if whole.len() != BYTES {
            return Err(Error::new("not the whole"));
        }
    }
    Ok(value + turn)
}
