import type { ProcedureFact, ShapeFact } from '../facts/facts.ts';
import { activeFigures } from '../facts/facts.ts';
import type { Change } from '../findings/finding.ts';
import type { UnbatchedReason } from './batching.ts';
import { batchingText, isAnsweredTogether, unbatchedReason } from './batching.ts';
import { bytes, counted, defineRule, duration, isReadOnly, printPath, rounded } from './rule.ts';
import { workShare } from './work.ts';

/** Reports a query a row that the engine could not answer for many rows at once, and why. */
export const queryNotBatched = defineRule({
  id: 'performance/query-not-batched',
  code: 'P002',
  title: 'A query for every row, which batching cannot take',
  options: { callCountMin: 50, queryShareMin: 0.3 },
  evaluate({ procedure, figures, options }) {
    if (figures === null || isAnsweredTogether(figures)) return null;
    const [shape] = procedure.shapes;
    if (shape === undefined || shape.callCount < options.callCountMin) return null;
    const share = Math.min(1, shape.totalMs / Math.max(figures.wallMs, 1e-9));
    if (workShare(figures, shape.totalMs) < options.queryShareMin) return null;
    const reason = unbatchedReason(procedure, shape);
    // Repeats that arrive one by one are the business of the rule about repeated lookups.
    const isOneByOne = reason === 'arrival' || reason === 'guest-size';
    if (isOneByOne && shape.repeatedCalls >= shape.callCount * 0.2) return null;
    const tables = shape.reads?.tables.join(' and ') ?? '';
    const perQuery = duration((shape.totalMs * 1000) / shape.callCount);
    return {
      subject: shape.shape,
      severity: reason === 'engine' ? 'info' : 'warning',
      what: `${counted(shape.callCount)} queries${tables === '' ? '' : ` of ${tables}`} ran one by one, ${perQuery} each`,
      why: reasonText(reason, procedure, shape),
      whatToDo: remedy(reason, procedure, shape),
      evidence: {
        reason,
        queries: shape.callCount,
        queryMs: rounded(shape.totalMs),
        queryShare: rounded(workShare(figures, shape.totalMs)),
        answered: batchingText(figures),
        rows: figures.rowCount,
        statements: figures.statementCount,
      },
      confidence: reason === 'changes-data' || reason === 'transactions' ? 0.4 : 0.8,
      expectedShare: share * 0.9,
      change: changeFor(reason, procedure, shape),
    };
  },
});

function reasonText(reason: UnbatchedReason, procedure: ProcedureFact, shape: ShapeFact): string {
  const { name } = procedure;
  switch (reason) {
    case 'changes-data':
      return `${name} may write, so its calls run in their order and each query waits for the last.`;
    case 'transactions':
      return `${name} opens transactions of its own, which rows that wait for each other cannot share.`;
    case 'volatile':
      return `${name} is VOLATILE: every call must really happen, so nothing is shared between calls.`;
    case 'switched-off':
      return `${name} was told not to: batch_queries is off.`;
    case 'query':
      return `A query is answered for many rows at once when it asks for equal keys and is an aggregate, sorted by columns, or of one table; this one ${features(shape)}.`;
    case 'guest-size':
      return `An instance of ${name} takes ${bytes(activeFigures(procedure)?.peakMemoryBytes ?? 0)}, so too few rows fit beside each other to wait for one query.`;
    case 'engine':
      return 'Rows came together, and the engine asked most queries one by one all the same: it does where one statement for all would take longer, and where it cannot put a query together.';
    case 'arrival':
      return 'Statements call it for fewer than four rows, so there is nothing to put together.';
    default:
      return reason satisfies never;
  }
}

function remedy(reason: UnbatchedReason, procedure: ProcedureFact, shape: ShapeFact): string {
  switch (reason) {
    case 'changes-data':
      return 'Read everything for all rows with one statement first, and let the procedure only write.';
    case 'transactions':
      return 'Leave the transaction to the caller, or read in a procedure of its own.';
    case 'volatile':
      return isReadOnly(procedure)
        ? 'Declare it STABLE: it only reads.'
        : 'Split what reads from what must happen at every call.';
    case 'switched-off':
      return `ALTER PROCEDURE ${procedure.name} SET (batch_queries = true).`;
    case 'engine':
    case 'query':
      return procedure.shapes.length === 1
        ? 'Say the same as one statement over all rows; the replay tries to find it.'
        : reason === 'engine'
          ? 'Join before calling, so that the procedure need not ask.'
          : `Split the query at its ${shape.reads?.hasJoin === true ? 'join' : 'ORDER BY or LIMIT'}, or join before calling.`;
    case 'guest-size':
      return 'Write it in a language whose instances are small (Rust, C, AssemblyScript), or join before calling.';
    case 'arrival':
      return `Call ${procedure.name} for many rows in one statement.`;
    default:
      return reason satisfies never;
  }
}

function features({ reads }: ShapeFact): string {
  if (reads === null) return 'is no plain SELECT';
  const parts = [
    ...(reads.hasJoin ? ['joins tables'] : []),
    ...(reads.hasOrder ? ['sorts its rows'] : []),
    ...(reads.hasGroups ? ['groups them'] : []),
    ...(reads.hasLimit ? ['limits them'] : []),
    ...(reads.equalityColumns.length === 0 ? ['asks for no key'] : []),
  ];
  return parts.join(' and ');
}

function changeFor(
  reason: UnbatchedReason,
  procedure: ProcedureFact,
  shape: ShapeFact,
): Change | null {
  if (reason === 'volatile' && isReadOnly(procedure)) {
    return { kind: 'redeclare', volatility: 'STABLE', capabilities: null };
  }
  if (reason === 'arrival') return { kind: 'one-statement' };
  if ((reason === 'query' || reason === 'engine') && procedure.shapes.length === 1) {
    return { kind: 'single-query', shape: shape.shape };
  }
  if (reason !== 'switched-off') return { kind: 'source', goal: 'faster', metric: null };
  const alter = `ALTER PROCEDURE ${printPath(procedure.schema, procedure.name)} SET`;
  return {
    kind: 'script',
    apply: [`${alter} (batch_queries = true)`],
    revert: [`${alter} (batch_queries = false)`],
    goal: 'faster',
    metric: null,
    isTogether: true,
    upkeepTable: null,
    probe: null,
  };
}
