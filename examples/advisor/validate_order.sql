-- Whether an order could be shipped at once, asked product by product: SELECT validate_order(1);
-- A procedure with a loop of queries in it, for the advisor to find.
CREATE OR REPLACE PROCEDURE validate_order (order_id BIGINT)
RETURNS BOOLEAN
LANGUAGE wasm
CAPABILITIES ('read:order_items', 'read:inventory')
COMMENT 'Whether every product of an order is in stock, asked product by product'
AS $wasm$
-- Compiled from examples/advisor/validate_order.c
file://validate_order.wasm
$wasm$;
