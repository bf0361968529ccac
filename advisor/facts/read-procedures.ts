/** Reads what the engine knows of procedures. */

import type { HourFact, ModuleFact, ProcedureFact, ShapeFact, VersionFact } from './facts.ts';
import { readModule } from './module-fact.ts';
import { readQuery } from './query-reads.ts';
import type { Reader, Row } from './rows.ts';
import { numberOf, numberOrNull, parsed, readRows } from './rows.ts';

/** Shapes looked at of one procedure: those that take longest. */
const SHAPES_MAX = 32;

const NO_MODULE: ModuleFact = readModule(new Uint8Array());

/** Every procedure of the current database with the figures of all its versions. */
export async function readProcedures(reader: Reader): Promise<ProcedureFact[]> {
  const procedures = await readRows(reader, PROCEDURES);
  const metrics = groupById(await readRows(reader, 'FROM heliosdb_metrics() ORDER BY version'));
  const shapes = groupById(await readRows(reader, SHAPES));
  const samples = groupById(await readRows(reader, 'FROM heliosdb_samples()'));
  const hours = groupById(await readRows(reader, HOURS));
  const logs = await readRows(reader, LOGS);
  const facts: ProcedureFact[] = [];
  for (const row of procedures) {
    const id = String(row.id);
    const version = numberOf(row.active_version);
    const isActive = (other: Row): boolean => numberOf(other.version) === version;
    const ownSamples = (samples.get(id) ?? []).filter(isActive);
    facts.push({
      ...describe(row),
      module: await readModuleOf(reader, String(row.module_hash)),
      versions: (metrics.get(id) ?? []).map(versionOf),
      shapes: await readShapes(reader, (shapes.get(id) ?? []).filter(isActive)),
      hours: (hours.get(id) ?? []).map(hourOf),
      logs: logs
        .filter((line) => line.procedure === row.name && isActive(line))
        .map((line) => ({
          level: String(line.level),
          lineCount: numberOf(line.line_count),
          byteCount: numberOf(line.byte_count),
        })),
      samples: ownSamples.map((sample) => sample.arguments as (string | null)[]),
      sampledRowCount: numberOf(ownSamples[0]?.sampled_rows),
    });
  }
  return facts;
}

const PROCEDURES = `
  SELECT p.id, p.schema_name, p.name, f.signature, p.parameters::VARCHAR AS parameters, p.returns,
    p.volatility, p.is_called_on_null, p.on_error, p.active_version,
    strftime(p.created_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ') AS created_at,
    v.abi_version, v.capabilities::VARCHAR AS capabilities, v.module_hash, f.limits
  FROM heliosdb.procedures p
  JOIN heliosdb.procedure_versions v
    ON v.procedure_id = p.id AND v.version = p.active_version
  JOIN heliosdb_procedures() f ON f.id = p.id
  ORDER BY p.schema_name, p.name, p.id`;

const SHAPES = 'FROM heliosdb_query_shapes() ORDER BY total_ms DESC';

const HOURS = `
  SELECT procedure_id, version, strftime(hour AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ') AS hour,
    sum((sums->>'calls')::BIGINT)::BIGINT AS calls, sum((sums->>'wall_ns')::BIGINT) / 1e6 AS wall_ms,
    max(peak_memory_bytes) AS peak_memory_bytes,
    sum(list_sum(map_values(errors::MAP(VARCHAR, BIGINT))))::BIGINT AS errors
  FROM heliosdb.metrics_history GROUP BY ALL ORDER BY hour`;

const LOGS = `
  SELECT procedure, version, level, count(*) AS line_count, sum(strlen(message)) AS byte_count
  FROM heliosdb_logs() GROUP BY ALL ORDER BY ALL`;

function describe(row: Row) {
  return {
    id: String(row.id),
    schema: String(row.schema_name),
    name: String(row.name),
    signature: String(row.signature),
    parameters: parsed<{ name: string; type: string }[]>(row.parameters, []).map(
      ({ name, type }) => ({ name, type }),
    ),
    returns: String(row.returns),
    volatility: row.volatility as ProcedureFact['volatility'],
    isCalledOnNull: row.is_called_on_null === true,
    onError: row.on_error as ProcedureFact['onError'],
    activeVersion: numberOf(row.active_version),
    createdAt: String(row.created_at),
    abiVersion: String(row.abi_version),
    capabilities: parsed<string[] | null>(row.capabilities, null),
    limits: parsed<Record<string, number | boolean>>(row.limits, {}),
  };
}

async function readModuleOf(reader: Reader, hash: string): Promise<ModuleFact> {
  const { rows } = await reader.query('SELECT bytes FROM heliosdb.modules WHERE hash = $1', [hash]);
  const bytes = rows[0]?.[0];
  return bytes instanceof Uint8Array ? readModule(bytes) : { ...NO_MODULE, hash };
}

async function readShapes(reader: Reader, rows: readonly Row[]): Promise<ShapeFact[]> {
  const shapes: ShapeFact[] = [];
  for (const row of rows.slice(0, SHAPES_MAX)) {
    const example = String(row.example);
    shapes.push({
      shape: String(row.shape),
      example,
      callCount: numberOf(row.calls),
      memoHitCount: numberOf(row.memo_hits),
      errorCount: numberOf(row.errors),
      distinctArguments: numberOf(row.distinct_arguments),
      repeatedCalls: numberOf(row.repeated_calls),
      totalMs: numberOf(row.total_ms),
      rowCount: numberOf(row.row_count),
      reads: readQuery(await parseQuery(reader, example)),
      plan: null,
    });
  }
  return shapes;
}

/** DuckDB's syntax tree of a SELECT; of anything else a tree that says so. */
export async function parseQuery(reader: Reader, sql: string): Promise<unknown> {
  const { rows } = await reader.query('SELECT json_serialize_sql($1::VARCHAR)::VARCHAR', [sql]);
  return JSON.parse(String(rows[0]?.[0] ?? 'null'));
}

function versionOf(row: Row): VersionFact {
  return {
    version: numberOf(row.version),
    callCount: numberOf(row.calls),
    rowCount: numberOf(row.row_count),
    statementCount: numberOf(row.statements),
    errorCount: numberOf(row.errors),
    trapCount: numberOf(row.traps),
    memoHitCount: numberOf(row.memo_hits),
    queryCount: numberOf(row.queries),
    queryMemoHitCount: numberOf(row.query_memo_hits),
    queryRowCount: numberOf(row.query_rows),
    queryMs: numberOf(row.query_ms),
    wallMs: numberOf(row.wall_ms),
    guestCpuMs: numberOf(row.guest_cpu_ms),
    marshallingMs: numberOf(row.marshalling_ms),
    callP50Us: numberOrNull(row.call_p50_us),
    callP95Us: numberOrNull(row.call_p95_us),
    callP99Us: numberOrNull(row.call_p99_us),
    bytesIn: numberOf(row.bytes_in),
    bytesOut: numberOf(row.bytes_out),
    coldStartCount: numberOf(row.cold_starts),
    poolWaitCount: numberOf(row.pool_waits),
    batchCount: numberOf(row.batches),
    batchedQueryCount: numberOf(row.batched_queries),
    columnarRowCount: numberOf(row.columnar_rows),
    peakMemoryBytes: numberOf(row.peak_memory_bytes),
    errorsByState: parsed<Record<string, number>>(row.errors_by_state, {}),
  };
}

function hourOf(row: Row): HourFact {
  return {
    hour: String(row.hour),
    version: numberOf(row.version),
    callCount: numberOf(row.calls),
    errorCount: numberOf(row.errors),
    wallMs: numberOf(row.wall_ms),
    peakMemoryBytes: numberOf(row.peak_memory_bytes),
  };
}

function groupById(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, (row) => String(row.procedure_id));
}
