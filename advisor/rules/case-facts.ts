/** Facts for the cases of rules: a healthy procedure, and what a case changes of it. */
import type { Facts, ProcedureFact, ShapeFact, TableFact, VersionFact } from '../facts/facts.ts';
import { FACTS_VERSION, facts as factsSchema } from '../facts/facts.ts';

const VERSION: VersionFact = {
  version: 1,
  callCount: 1000,
  rowCount: 1000,
  statementCount: 1,
  errorCount: 0,
  trapCount: 0,
  memoHitCount: 0,
  queryCount: 1000,
  queryMemoHitCount: 0,
  queryRowCount: 1000,
  queryMs: 60,
  wallMs: 100,
  guestCpuMs: 20,
  marshallingMs: 1,
  callP50Us: 90,
  callP95Us: 150,
  callP99Us: 300,
  bytesIn: 20_000,
  bytesOut: 20_000,
  coldStartCount: 10,
  poolWaitCount: 0,
  batchCount: 8,
  batchedQueryCount: 990,
  columnarRowCount: 0,
  peakMemoryBytes: 1_048_576,
  errorsByState: {},
};

const SHAPE: ShapeFact = {
  shape: 'SELECT price FROM items WHERE id = ?',
  example: 'SELECT price FROM items WHERE id = 7',
  callCount: 1000,
  memoHitCount: 0,
  errorCount: 0,
  distinctArguments: 1000,
  repeatedCalls: 0,
  totalMs: 60,
  rowCount: 1000,
  reads: {
    tables: ['items'],
    equalityColumns: ['id'],
    isEveryColumn: false,
    hasAggregate: false,
    hasGroups: false,
    hasJoin: false,
    hasOrder: false,
    hasLimit: false,
    columnCount: 1,
    lookup: { table: 'items', keyColumns: ['id'], valueColumns: ['price'] },
  },
  plan: {
    operators: ['SEQ_SCAN'],
    estimatedRows: 1,
    scans: [{ table: 'main.items', isIndexed: false, estimatedRows: 1, scannedRows: 100_000 }],
  },
};

const TABLE: TableFact = {
  schema: 'main',
  name: 'items',
  rowCount: 100_000,
  columns: [
    { name: 'id', type: 'BIGINT', isNullable: false, distinctCount: 100_000 },
    { name: 'price', type: 'DOUBLE', isNullable: false, distinctCount: 5000 },
    { name: 'state', type: 'VARCHAR', isNullable: false, distinctCount: 4 },
  ],
  indexes: [{ name: 'items PRIMARY KEY', columns: ['id'], isUnique: true, isConstraint: true }],
};

const PROCEDURE: ProcedureFact = {
  id: 'p1',
  schema: 'main',
  name: 'score',
  signature: 'score(id BIGINT) RETURNS DOUBLE',
  parameters: [{ name: 'id', type: 'BIGINT' }],
  returns: 'DOUBLE',
  volatility: 'STABLE',
  isCalledOnNull: false,
  onError: 'FAIL',
  activeVersion: 1,
  createdAt: '2026-01-01T00:00:00Z',
  abiVersion: '1.0',
  capabilities: ['read:items'],
  limits: {
    memory_bytes_max: 16_777_216,
    timeout_ms: 10_000,
    batch_queries: true,
    instances_idle_max: 10,
  },
  module: {
    hash: 'a1',
    byteCount: 40_000,
    codeBytes: 30_000,
    functionCount: 100,
    hasDebugInfo: false,
    hostFunctions: ['heliosdb_get_param', 'heliosdb_query', 'heliosdb_return'],
    engines: [],
    exports: ['memory', 'score', 'heliosdb_value_format'],
  },
  versions: [VERSION],
  shapes: [SHAPE],
  hours: [],
  logs: [],
  samples: [['7']],
  sampledRowCount: 1000,
};

/** What a case says: the parts that differ from the healthy procedure. */
export interface CaseInput {
  readonly procedure?: Changes;
  readonly tables?: readonly Changes[];
  readonly others?: readonly Changes[];
  readonly readAt?: string;
  readonly builtIns?: readonly string[];
}

type Changes = Readonly<Record<string, unknown>>;

/** The facts of a case; the procedure that it is about comes first. */
export function caseFacts(input: CaseInput): Facts {
  const tables = input.tables ?? [{}];
  return factsSchema.parse({
    version: FACTS_VERSION,
    readAt: input.readAt ?? '2026-01-02T00:00:00Z',
    procedures: [input.procedure ?? {}, ...(input.others ?? [])].map(procedureOf),
    tables: tables.map((changes) => merge(TABLE, changes)),
    builtIns: input.builtIns ?? ['levenshtein', 'round', 'sum'],
  });
}

function procedureOf(changes: Changes): unknown {
  const { versions, shapes, ...rest } = changes;
  const list = (given: unknown, base: object): unknown =>
    Array.isArray(given) ? given.map((entry) => merge(base, entry as Changes)) : [base];
  return {
    ...(merge(PROCEDURE, rest) as object),
    versions: list(versions, VERSION),
    shapes: list(shapes, SHAPE),
  };
}

/** Objects are merged; everything else, lists included, takes the place of what was there. */
function merge(base: unknown, changes: unknown): unknown {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(base) || !isObject(changes)) return changes;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) merged[key] = merge(base[key], value);
  return merged;
}
