//! The procedures that the bench measures; `native/` holds the same functions as native ones.

use heliosdb_wasm_sdk::*;

/// a * b + c
#[heliosdb_procedure]
fn multiply_add(a: i64, b: i64, c: i64) -> i64 {
    a.wrapping_mul(b).wrapping_add(c)
}

/// The same in floating point
#[heliosdb_procedure]
fn multiply_add_double(a: f64, b: f64, c: f64) -> f64 {
    a * b + c
}

/// Great-circle distance in kilometres
#[heliosdb_procedure]
fn haversine(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> f64 {
    let (phi1, phi2) = (lat1.to_radians(), lat2.to_radians());
    let (dphi, dlambda) = ((lat2 - lat1).to_radians(), (lon2 - lon1).to_radians());
    let a = (dphi / 2.0).sin().powi(2) + phi1.cos() * phi2.cos() * (dlambda / 2.0).sin().powi(2);
    2.0 * 6371.0 * a.sqrt().asin()
}

/// Edit distance of two texts, by bytes
#[heliosdb_procedure]
fn edit_distance(left: &str, right: &str) -> i64 {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut costs = [0u32; 65];
    if right.len() > 64 {
        return -1;
    }
    for (index, cost) in costs.iter_mut().enumerate() {
        *cost = index as u32;
    }
    for (row, a) in left.iter().enumerate() {
        let mut diagonal = costs[0];
        costs[0] = row as u32 + 1;
        for (column, b) in right.iter().enumerate() {
            let substituted = diagonal + u32::from(a != b);
            diagonal = costs[column + 1];
            let shifted = diagonal.min(costs[column]) + 1;
            costs[column + 1] = substituted.min(shifted);
        }
    }
    i64::from(costs[right.len()])
}

/// Whether the digits of a card number add up
#[heliosdb_procedure]
fn luhn(digits: &str) -> bool {
    let mut sum = 0u32;
    for (position, byte) in digits.bytes().rev().enumerate() {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        if digit > 9 {
            return false;
        }
        let doubled = digit * (1 + position as u32 % 2);
        sum += doubled / 10 + doubled % 10;
    }
    sum % 10 == 0
}

/// Burns CPU: so many rounds of a shift register
#[heliosdb_procedure]
fn burn(rounds: i64, seed: i64) -> i64 {
    let mut state = seed as u64 | 1;
    for _ in 0..rounds {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    state as i64
}
