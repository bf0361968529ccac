-- Whether an order could be shipped at once: SELECT order_in_stock(1);
CREATE OR REPLACE PROCEDURE order_in_stock (order_id BIGINT)
RETURNS BOOLEAN
LANGUAGE wasm
CAPABILITIES ('read:order_items', 'read:inventory')
COMMENT 'Whether every product of an order is in stock in the quantity ordered'
AS $wasm$
-- Compiled from examples/procedures/order_in_stock
file://order_in_stock.wasm
$wasm$;
