#include "heliosdb.h"

/* The loop of the specification's own example: one query for the items, then one for each item. */
HELIOSDB_PROCEDURE(validate_order, "order_id BIGINT", "BOOLEAN",
                   "Whether every product of an order is in stock, asked product by product") {
  const long long order_id = (long long)heliosdb_i64(heliosdb_param(0));
  heliosdb_rows items = heliosdb_queryf(
      "SELECT product_id, quantity FROM order_items WHERE order_id = %lld", order_id);
  while (heliosdb_next(&items)) {
    const long long product_id = (long long)heliosdb_i64(heliosdb_column(&items, 0));
    const int64_t quantity = heliosdb_i64(heliosdb_column(&items, 1));
    heliosdb_rows inventory = heliosdb_queryf(
        "SELECT available_quantity FROM inventory WHERE product_id = %lld", product_id);
    if (!heliosdb_next(&inventory) || heliosdb_i64(heliosdb_column(&inventory, 0)) < quantity) {
      heliosdb_log(2, "Insufficient stock for product %lld", product_id);
      heliosdb_return_bool(false);
      return;
    }
  }
  heliosdb_return_bool(true);
}
