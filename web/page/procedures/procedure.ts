/** A procedure as the service describes it; lists arrive as JSON in texts. */
export interface ProcedureRow {
  readonly name: string;
  readonly schema_name: string;
  readonly signature: string;
  readonly parameters: unknown;
  readonly returns: string;
  readonly volatility: string;
  readonly active_version: number;
  readonly versions: unknown;
  readonly capabilities: unknown;
  readonly limits: unknown;
  readonly called_on_null_input: boolean;
  readonly module_hash: string;
  readonly comment: string | null;
  readonly id: string;
  /** Why it cannot be called, where it cannot. */
  readonly problem: string | null;
}

export interface Procedure {
  readonly id: string;
  readonly name: string;
  readonly signature: string;
  readonly parameters: readonly Parameter[];
  readonly returns: string;
  readonly volatility: string;
  readonly activeVersion: number;
  readonly versions: readonly Version[];
  readonly capabilities: readonly string[];
  readonly limits: readonly (readonly [name: string, value: number | boolean])[];
  readonly moduleHash: string;
  readonly comment: string | null;
  readonly problem: string | null;
}

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly default: string | null;
}

export interface Version {
  readonly version: number;
  readonly moduleHash: string | null;
  readonly capabilities: readonly string[] | null;
  readonly createdAt: string | null;
}

/** Reads what the service says of a procedure; a part that is not as expected is left out. */
export function toProcedure(row: ProcedureRow): Procedure {
  return {
    id: row.id,
    name: row.schema_name === 'main' ? row.name : `${row.schema_name}.${row.name}`,
    signature: row.signature,
    parameters: toList(row.parameters).flatMap((value) =>
      isRecord(value)
        ? [
            {
              name: String(value.name),
              type: String(value.type),
              default: value.default == null ? null : String(value.default),
            },
          ]
        : [],
    ),
    returns: row.returns,
    volatility: row.volatility,
    activeVersion: row.active_version,
    versions: toList(row.versions).flatMap(toVersion),
    capabilities: toList(row.capabilities).map(String),
    limits: Object.entries(toRecord(row.limits)).flatMap(([name, value]) =>
      typeof value === 'number' || typeof value === 'boolean' ? [[name, value] as const] : [],
    ),
    moduleHash: row.module_hash,
    comment: row.comment,
    problem: row.problem,
  };
}

function toVersion(value: unknown): Version[] {
  if (typeof value === 'number') {
    return [{ version: value, moduleHash: null, capabilities: null, createdAt: null }];
  }
  if (!isRecord(value)) return [];
  return [
    {
      version: Number(value.version),
      moduleHash: value.module_hash == null ? null : String(value.module_hash),
      capabilities: value.capabilities == null ? null : toList(value.capabilities).map(String),
      createdAt: value.created_at == null ? null : String(value.created_at),
    },
  ];
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

function toList(value: unknown): readonly unknown[] {
  const list = parsed(value);
  return Array.isArray(list) ? list : [];
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  const record = parsed(value);
  return isRecord(record) ? record : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
