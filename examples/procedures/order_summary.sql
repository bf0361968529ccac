-- An order in a line: SELECT order_summary(1);
CREATE OR REPLACE PROCEDURE order_summary (order_id BIGINT)
RETURNS VARCHAR
LANGUAGE wasm
CAPABILITIES ('read:orders', 'read:order_items')
COMMENT 'An order in a line: its pieces, what they come to, and when it was placed'
AS $wasm$
-- Compiled from examples/procedures/order_summary
file://order_summary.wasm
$wasm$;
