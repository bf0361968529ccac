use heliosdb_wasm_sdk::*;

/// How much a card transaction looks like fraud, from 0 (normal) to 90 (very suspicious)
#[heliosdb_procedure]
fn transaction_risk(transaction_id: i64) -> Result<Option<f64>, Error> {
    let transaction = heliosdb_query_with(
        "SELECT amount, customer_id, timestamp FROM transactions WHERE id = ?",
        &[&transaction_id],
    )?;
    if transaction.is_empty() {
        return Ok(None);
    }
    let amount = transaction.get_f64(0)?;
    let customer_id = transaction.get_i64(1)?;
    let moment: Timestamp = transaction.get(2)?;

    // Both look back from the transaction itself, so the score never changes afterwards.
    let habits = heliosdb_query_with(
        "SELECT count(*) FILTER (timestamp >= $2 - INTERVAL 1 HOUR) AS velocity, avg(amount) AS usual
         FROM transactions
         WHERE customer_id = $1 AND timestamp <= $2 AND timestamp >= $2 - INTERVAL 30 DAYS",
        &[&customer_id, &moment],
    )?;
    let velocity = habits.get_i64(0)?;
    let usual = habits.get_f64(1)?;

    let mut risk = 0.0;
    if velocity > 10 {
        risk += 30.0;
    }
    if amount > usual * 3.0 {
        risk += 40.0;
    }
    if amount > 10_000.0 {
        risk += 20.0;
    }
    heliosdb_log(
        LogLevel::Info,
        &format!("Transaction {transaction_id} risk score: {risk}"),
    )?;
    Ok(Some(risk))
}
