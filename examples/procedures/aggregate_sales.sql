-- Sales between two days, after compiling examples/procedures/aggregate_sales/main.go to
-- aggregate_sales.wasm here: SELECT aggregate_sales('2026-05-01', '2026-05-31');
CREATE OR REPLACE PROCEDURE aggregate_sales (start_date VARCHAR, end_date VARCHAR)
RETURNS JSON
LANGUAGE wasm
CAPABILITIES ('read:orders')
STABLE
COMMENT 'Revenue, number and average of orders between two days, in total and by day'
AS $wasm$
file://aggregate_sales.wasm
$wasm$;
