-- How suspicious a card payment is: SELECT transaction_risk(1);
CREATE OR REPLACE PROCEDURE transaction_risk (transaction_id BIGINT)
RETURNS DOUBLE
LANGUAGE wasm
CAPABILITIES ('read:transactions')
COMMENT 'How much a card transaction looks like fraud, from 0 (normal) to 90 (very suspicious)'
AS $wasm$
-- Compiled from examples/procedures/transaction_risk
file://transaction_risk.wasm
$wasm$;
