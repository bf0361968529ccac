-- Whether everything in an order is in stock: SELECT validate_order(1);
CREATE OR REPLACE PROCEDURE validate_order (order_id BIGINT)
RETURNS BOOLEAN
LANGUAGE wasm
CAPABILITIES ('read:order_items', 'read:inventory')
COMMENT 'Validate an order has all required items in stock'
AS $wasm$
-- Compiled from examples/procedures/validate_order
file://validate_order.wasm
$wasm$;
