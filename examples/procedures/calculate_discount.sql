-- The discount a customer's loyalty tier gives: SELECT calculate_discount(12345, 599.99);
CREATE OR REPLACE PROCEDURE calculate_discount (
  customer_id BIGINT,
  order_total DECIMAL
)
RETURNS DECIMAL
LANGUAGE wasm
CAPABILITIES ('read:customers')
COMMENT 'The discount in dollars that a customer gets on an order, by loyalty tier'
AS $wasm$
-- Compiled from examples/procedures/calculate_discount
file://calculate_discount.wasm
$wasm$;
