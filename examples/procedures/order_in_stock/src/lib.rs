use heliosdb_wasm_sdk::*;

/// Whether every product of an order is in stock in the quantity ordered
#[heliosdb_procedure]
fn order_in_stock(order_id: i64) -> Result<bool, Error> {
    let missing = heliosdb_query_with(
        "SELECT i.product_id, i.quantity, coalesce(s.available_quantity, 0) AS available
         FROM order_items i LEFT JOIN inventory s ON s.product_id = i.product_id
         WHERE i.order_id = ? AND i.quantity > coalesce(s.available_quantity, 0)
         ORDER BY i.product_id",
        &[&order_id],
    )?;
    for row in missing.rows() {
        let (product_id, quantity, available) = <(i64, i64, i64)>::from_row(row)?;
        heliosdb_log(
            LogLevel::Warn,
            &format!("Insufficient stock for product {product_id}: {available} of {quantity}"),
        )?;
    }
    Ok(missing.is_empty())
}
