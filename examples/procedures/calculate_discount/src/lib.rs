use heliosdb_wasm_sdk::*;

/// The discount in dollars that a customer gets on an order, by loyalty tier
#[heliosdb_procedure]
fn calculate_discount(customer_id: i64, order_total: f64) -> Result<f64, Error> {
    // Query customer loyalty tier
    let query = format!(
        "SELECT loyalty_tier FROM customers WHERE id = {}",
        customer_id
    );

    let result = heliosdb_query(&query)?;
    let tier: String = result.get_string(0)?;

    // Calculate discount based on tier
    let discount_rate = match tier.as_str() {
        "platinum" => 0.20,
        "gold" => 0.15,
        "silver" => 0.10,
        _ => 0.05,
    };

    let discount = order_total * discount_rate;

    // Log for auditing
    heliosdb_log(
        LogLevel::Info,
        &format!("Applied {} discount: ${:.2}", tier, discount),
    )?;

    Ok(discount)
}
