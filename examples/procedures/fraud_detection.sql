-- Whether a card payment looks like fraud: SELECT fraud_detection(1);
CREATE OR REPLACE PROCEDURE fraud_detection (transaction_id BIGINT)
RETURNS JSON
LANGUAGE wasm
CAPABILITIES ('read:transactions', 'read:shop_clock')
COMMENT 'Whether a card payment looks like fraud at the moment, with a score and the reason'
AS $wasm$
-- Compiled from examples/procedures/fraud_detection/fraud-detection.js
file://fraud_detection.wasm
$wasm$;
