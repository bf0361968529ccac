//! Procedures that look things up the way people write them; foresight.test.ts calls them with
//! their queries answered together and one by one.
//! Compile it with `compileProcedure` after a change; the module is committed beside it.

use heliosdb_wasm_sdk::*;

/// By an argument, written into the text.
#[heliosdb_procedure]
fn by_number(id: i64) -> Result<Option<String>, Error> {
    let found = heliosdb_query(&format!("SELECT name FROM item WHERE id = {id}"))?;
    heliosdb_log(LogLevel::Info, &format!("{id}: {} rows", found.len()))?;
    if found.is_empty() { Ok(None) } else { found.get(0) }
}

/// By a text, quoted as people quote.
#[heliosdb_procedure]
fn by_text(name: String) -> Result<i64, Error> {
    let quoted = name.replace('\'', "''");
    let found = heliosdb_query(&format!("SELECT count(*) FROM item WHERE name = '{quoted}'"))?;
    heliosdb_log(LogLevel::Info, &name)?;
    found.get_i64(0)
}

/// By a text that is not quoted, so that some names break the statement.
#[heliosdb_procedure]
fn by_unquoted_text(name: String) -> Result<i64, Error> {
    heliosdb_log(LogLevel::Info, &name)?;
    heliosdb_query(&format!("SELECT count(*) FROM item WHERE name = '{name}'"))?.get_i64(0)
}

/// The rows of any query by a text, which takes the place of `{}` as people quote it, or as a
/// parameter of a `?`.
#[heliosdb_procedure]
fn by_key(key: String, query: String) -> Result<String, Error> {
    let found = if query.contains('?') {
        heliosdb_query_with(&query, &[&key])?
    } else {
        heliosdb_query(&query.replace("{}", &format!("'{}'", key.replace('\'', "''"))))?
    };
    heliosdb_log(LogLevel::Info, &format!("{key}: {} rows", found.len()))?;
    let mut text = String::new();
    for row in found.rows() {
        let (value,) = <(Option<String>,)>::from_row(row)?;
        text.push_str(&format!("{};", value.unwrap_or_default()));
    }
    Ok(text)
}

/// The notes of a number, of which a large table has several.
#[heliosdb_procedure]
fn by_large_number(id: i64) -> Result<String, Error> {
    let found = heliosdb_query(&format!("SELECT note FROM large WHERE number = {id}"))?;
    let mut text = String::new();
    for row in found.rows() {
        let (note,) = <(String,)>::from_row(row)?;
        text.push_str(&format!("{note};"));
    }
    Ok(text)
}

/// A lookup for each row of an earlier answer, with bound parameters, until one says stop.
#[heliosdb_procedure]
fn chain(id: i64) -> Result<i64, Error> {
    let items = heliosdb_query(&format!("SELECT item, qty FROM sale WHERE buyer = {id}"))?;
    let mut sum = 0;
    for row in items.rows() {
        let (item, quantity) = <(i64, i64)>::from_row(row)?;
        let stock = heliosdb_query_with("SELECT price_cents FROM item WHERE id = ?", &[&item])?;
        if stock.is_empty() {
            heliosdb_log(LogLevel::Warn, &format!("{id}: no item {item}"))?;
            return Ok(-1);
        }
        sum += quantity * stock.get_i64(0)?;
    }
    Ok(sum)
}

/// Rows in the query's own order, of two tables.
#[heliosdb_procedure]
fn ordered(id: i64) -> Result<String, Error> {
    let rows = heliosdb_query_with(
        "SELECT s.item, s.qty, i.name FROM sale s LEFT JOIN item i ON i.id = s.item \
         WHERE s.buyer = ? ORDER BY s.qty DESC, s.item",
        &[&id],
    )?;
    let mut text = String::new();
    for row in rows.rows() {
        let (item, quantity, name) = <(i64, i64, Option<String>)>::from_row(row)?;
        text.push_str(&format!("{item}x{quantity}:{} ", name.unwrap_or_default()));
    }
    Ok(text)
}

/// An order that leaves rows equal.
#[heliosdb_procedure]
fn loosely_ordered(id: i64) -> Result<String, Error> {
    let rows = heliosdb_query(&format!("SELECT qty, item FROM sale WHERE buyer = {id} ORDER BY qty"))?;
    let mut text = String::new();
    for row in rows.rows() {
        let (quantity, item) = <(i64, i64)>::from_row(row)?;
        text.push_str(&format!("{quantity}:{item} "));
    }
    Ok(text)
}

/// Asks for some rows only.
#[heliosdb_procedure]
fn sometimes(id: i64) -> Result<i64, Error> {
    if id % 5 != 0 {
        return Ok(0);
    }
    heliosdb_query(&format!("SELECT count(*) FROM sale WHERE buyer = {id}"))?.get_i64(0)
}

/// Looks like a lookup by its argument until it does not.
#[heliosdb_procedure]
fn misleading(id: i64) -> Result<i64, Error> {
    let asked = if id < 100 { id } else { id * 7 % 90 };
    heliosdb_log(LogLevel::Info, &format!("{id} asks {asked}"))?;
    heliosdb_query(&format!("SELECT count(*) FROM sale WHERE buyer = {asked}"))?.get_i64(0)
}

/// Fails in the query for some rows, and by itself for others.
#[heliosdb_procedure]
fn failing(id: i64) -> Result<i64, Error> {
    heliosdb_log(LogLevel::Info, &format!("begins {id}"))?;
    let sum = heliosdb_query(&format!("SELECT (code::INTEGER + 1)::BIGINT FROM item WHERE id = {id}"))?;
    if id % 61 == 60 {
        return Err(Error::with_code(7, format!("row {id} is refused")));
    }
    sum.get_i64(0)
}

/// A range: there is nothing to look up by.
#[heliosdb_procedure]
fn by_range(id: i64) -> Result<i64, Error> {
    heliosdb_query(&format!("SELECT count(*) FROM item WHERE id > {id} AND id < {}", id + 10))?.get_i64(0)
}

/// One of two queries, by a condition on the data.
#[heliosdb_procedure]
fn either(id: i64) -> Result<i64, Error> {
    let kind = heliosdb_query(&format!("SELECT id % 2 FROM item WHERE id = {id}"))?;
    let table = if !kind.is_empty() && kind.get_i64(0)? == 1 { "buyer" } else { "item" };
    heliosdb_query(&format!("SELECT count(*) FROM sale WHERE {table} = {id}"))?.get_i64(0)
}

/// Logs for some rows more than a call may, and for others many lines.
#[heliosdb_procedure]
fn chatty(id: i64) -> Result<i64, Error> {
    let lines = if id % 500 == 33 { 1005 } else { id.rem_euclid(4) };
    for line in 0..lines {
        heliosdb_log(LogLevel::Debug, &format!("{id}: {line}"))?;
    }
    heliosdb_query(&format!("SELECT count(*) FROM item WHERE id = {id}"))?.get_i64(0)
}

/// By an argument that may be NULL, and a value that is the same for all rows.
#[heliosdb_procedure]
fn with_default(id: Option<i64>) -> Result<Option<String>, Error> {
    let usual: i64 = heliosdb_query("SELECT min(id) + 5 FROM item")?.get(0)?;
    let found = heliosdb_query(&format!("SELECT name FROM item WHERE id = {}", id.unwrap_or(usual)))?;
    if found.is_empty() { Ok(None) } else { found.get(0) }
}

/// Takes long, and asks nothing.
#[heliosdb_procedure]
fn slow(id: i64) -> Result<i64, Error> {
    let mut state = id as u64;
    for _ in 0..2_000_000 {
        state = std::hint::black_box(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
    heliosdb_log(LogLevel::Info, &format!("done {id}"))?;
    if id % 90 == 77 {
        return Err(Error::with_code(7, format!("row {id} is refused")));
    }
    Ok((state % 1000) as i64)
}
