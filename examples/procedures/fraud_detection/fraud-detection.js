import { heliosdbLog, heliosdbQuery } from 'heliosdb-wasm-sdk';

// The shop's clock stands still, so that its answers do not drift; elsewhere this would be NOW().
const now = '(SELECT as_of FROM shop_clock)';

/**
 * Whether a card payment looks like fraud at the moment, with a score and the reason
 *
 * @param {bigint} transactionId
 * @returns {object}
 */
export function detectFraud(transactionId) {
  // Get transaction details
  const query = `
    SELECT amount, merchant_id, customer_id, timestamp
    FROM transactions
    WHERE id = ${transactionId}
  `;

  const tx = heliosdbQuery(query)[0];

  // Check recent transaction velocity
  const velocityQuery = `
    SELECT COUNT(*) as count
    FROM transactions
    WHERE customer_id = ${tx.customer_id}
    AND timestamp > ${now} - INTERVAL '1 hour'
  `;

  const velocity = heliosdbQuery(velocityQuery)[0].count;

  // Check amount anomaly
  const avgQuery = `
    SELECT AVG(amount) as avg_amount
    FROM transactions
    WHERE customer_id = ${tx.customer_id}
    AND timestamp > ${now} - INTERVAL '30 days'
  `;

  const avgAmount = heliosdbQuery(avgQuery)[0].avg_amount;

  // Fraud detection logic
  let riskScore = 0;

  if (velocity > 10) riskScore += 30;
  if (tx.amount > avgAmount * 3) riskScore += 40;
  if (tx.amount > 10000) riskScore += 20;

  const isFraud = riskScore >= 50;

  heliosdbLog('info', `Transaction ${transactionId} risk score: ${riskScore}`);

  return {
    is_fraud: isFraud,
    risk_score: riskScore,
    reason: riskScore >= 50 ? 'High risk detected' : 'Normal',
  };
}
