import { readFile } from 'node:fs/promises';
import { HeliosError } from '#core';
import type {
  CatalogSnapshot,
  CatalogTable,
  SemanticColumn,
  SemanticKeyEnd,
  SemanticMetric,
  SemanticModel,
  SemanticTable,
} from '#planner';

/** One mistake in a semantic model file. */
export interface SemanticsProblem {
  readonly line: number;
  readonly message: string;
}

export type ReadSemantics =
  | { readonly model: SemanticModel; readonly problems: readonly [] }
  | { readonly model: null; readonly problems: readonly SemanticsProblem[] };

const BYTES_MAX = 4 * 1024 * 1024;

/** Reads the file of a semantic model; every mistake in it is NL007 with its lines. */
export async function loadSemantics(
  path: string,
  catalog: CatalogSnapshot,
): Promise<SemanticModel> {
  const { model, problems } = await readSemantics(await readText(path), catalog);
  if (model !== null) return model;
  const [first] = problems;
  throw new HeliosError('invalid_semantic_model', {
    detail: problems
      .slice(0, 20)
      .map(({ line, message }) => `${path}:${line}: ${message}`)
      .join('\n'),
    hint: 'heliosdb model check lists every mistake; model init writes a file that is right',
    fields: { path, line: first?.line ?? 1 },
  });
}

async function readText(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new HeliosError('undefined_file', {
      message: `no semantic model ${path}`,
      hint: 'heliosdb model init writes one',
      fields: { path },
      cause,
    });
  }
  if (text.length <= BYTES_MAX) return text;
  throw new HeliosError('program_limit_exceeded', {
    message: 'the semantic model file is too large',
    detail: `the limit is ${BYTES_MAX} characters`,
    fields: { limit: 'characters', current: text.length },
  });
}

/** Reads the text of a semantic model for a database. */
export async function readSemantics(
  text: string,
  catalog: CatalogSnapshot,
): Promise<ReadSemantics> {
  const { isMap, isScalar, isSeq, LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  // Aliases could make a small file huge; nothing here needs them.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    return {
      model: null,
      problems: document.errors.map(({ message, pos }) => ({
        line: lines.linePos(pos[0]).line,
        message: (message.split('\n')[0] ?? message).replace(/ at line \d+.*$/, ''),
      })),
    };
  }
  const problems: SemanticsProblem[] = [];
  const toValue = (node: unknown, depth = 0): Value => {
    const range = (node as { range?: readonly number[] | null } | null)?.range;
    const line = lines.linePos(range?.[0] ?? 0).line;
    if (depth > 12) problems.push({ line, message: 'too deep' });
    else if (isMap(node)) {
      const members = new Map<string, Member>();
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : '';
        const at = (key as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0;
        members.set(name, { line: lines.linePos(at).line, value: toValue(value, depth + 1) });
      }
      return { line, kind: 'map', members };
    } else if (isSeq(node)) {
      return { line, kind: 'list', items: node.items.map((item) => toValue(item, depth + 1)) };
    } else if (isScalar(node)) return { line, kind: 'scalar', value: node.value };
    else if (node !== null && node !== undefined)
      problems.push({ line, message: 'aliases are not allowed' });
    return { line, kind: 'scalar', value: null };
  };
  const root = toValue(document.contents);
  const model = new SemanticsReader(catalog, problems).read(root);
  return problems.length > 0
    ? { model: null, problems: problems.sort((a, b) => a.line - b.line) }
    : { model, problems: [] };
}

interface Member {
  readonly line: number;
  readonly value: Value;
}

type Value =
  | { readonly line: number; readonly kind: 'map'; readonly members: ReadonlyMap<string, Member> }
  | { readonly line: number; readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly line: number; readonly kind: 'scalar'; readonly value: unknown };

/** Reads the tree of the file, noting every mistake with its line. */
class SemanticsReader {
  readonly #catalog: CatalogSnapshot;
  readonly #problems: SemanticsProblem[];

  constructor(catalog: CatalogSnapshot, problems: SemanticsProblem[]) {
    this.#catalog = catalog;
    this.#problems = problems;
  }

  read(root: Value): SemanticModel {
    if (root.kind === 'scalar' && root.value === null) return { tables: [], joins: [] };
    const members = this.#members(root, 'the file', ['version', 'tables', 'joins']);
    const version = members.get('version');
    if (version !== undefined && !(version.value.kind === 'scalar' && version.value.value === 1)) {
      this.#problem(version.line, 'version must be 1');
    }
    const tables: SemanticTable[] = [];
    for (const [name, { line, value }] of this.#entries(members.get('tables'), 'tables')) {
      const table = this.#findTable(name);
      if (table === null)
        this.#unknown(
          line,
          'table',
          name,
          this.#catalog.tables.map((one) => one.name),
        );
      else tables.push(this.#table(table, value));
    }
    const joins = this.#list(members.get('joins'), 'joins').flatMap((value) => {
      const parts = this.#members(value, 'a join', ['from', 'to']);
      const [from, to] = [this.#end(parts.get('from'), value), this.#end(parts.get('to'), value)];
      return from === null || to === null ? [] : [{ from, to }];
    });
    return { tables, joins };
  }

  #table(table: CatalogTable, value: Value): SemanticTable {
    const members = this.#members(value, table.name, [
      'description',
      'synonyms',
      'hidden',
      'label',
      'columns',
      'metrics',
    ]);
    const columns: SemanticColumn[] = [];
    for (const [name, member] of this.#entries(members.get('columns'), 'columns')) {
      const column = findColumn(table, name);
      if (column === null) this.#unknown(member.line, 'column', name, columnNames(table));
      else columns.push(this.#column(column, member.value));
    }
    const metrics: SemanticMetric[] = [];
    for (const [name, member] of this.#entries(members.get('metrics'), 'metrics')) {
      metrics.push(this.#metric(name, member.value));
    }
    const label = members.has('label') ? this.#texts(members.get('label'), 'label') : null;
    for (const name of label ?? []) {
      if (findColumn(table, name) !== null) continue;
      this.#unknown(members.get('label')?.line ?? value.line, 'column', name, columnNames(table));
    }
    return {
      schema: table.schema,
      name: table.name,
      description: this.#text(members.get('description'), 'description'),
      synonyms: this.#texts(members.get('synonyms'), 'synonyms'),
      isHidden: this.#flag(members.get('hidden'), 'hidden'),
      label,
      columns,
      metrics,
    };
  }

  #column(name: string, value: Value): SemanticColumn {
    const members = this.#members(value, name, ['description', 'synonyms', 'hidden', 'unit']);
    return {
      name,
      description: this.#text(members.get('description'), 'description'),
      synonyms: this.#texts(members.get('synonyms'), 'synonyms'),
      isHidden: this.#flag(members.get('hidden'), 'hidden'),
      unit: this.#text(members.get('unit'), 'unit'),
    };
  }

  #metric(name: string, value: Value): SemanticMetric {
    const members = this.#members(value, name, ['expression', 'description', 'synonyms', 'unit']);
    const expression = this.#text(members.get('expression'), 'expression');
    if (expression === null) this.#problem(value.line, `metric ${name} needs an expression`);
    return {
      name,
      expression: expression ?? '',
      description: this.#text(members.get('description'), 'description'),
      synonyms: this.#texts(members.get('synonyms'), 'synonyms'),
      unit: this.#text(members.get('unit'), 'unit'),
    };
  }

  /** `orders.customer_id`, with a schema in front where it is not the default one. */
  #end(member: Member | undefined, join: Value): SemanticKeyEnd | null {
    const text = this.#text(member, 'from and to');
    if (text === null) {
      if (member === undefined) this.#problem(join.line, 'a join needs "from" and "to"');
      return null;
    }
    const line = member?.line ?? join.line;
    const parts = text.split('.');
    const table = this.#findTable(parts.slice(0, -1).join('.'));
    const known = this.#catalog.tables.map((one) => one.name);
    if (table === null) return this.#unknown(line, 'table', parts.slice(0, -1).join('.'), known);
    const column = findColumn(table, parts.at(-1) ?? '');
    if (column === null)
      return this.#unknown(line, 'column', parts.at(-1) ?? '', columnNames(table));
    return { schema: table.schema, table: table.name, column };
  }

  #findTable(name: string): CatalogTable | null {
    const wanted = name.toLowerCase();
    const { tables } = this.#catalog;
    return (
      tables.find((table) => table.schema === 'main' && table.name.toLowerCase() === wanted) ??
      tables.find((table) => `${table.schema}.${table.name}`.toLowerCase() === wanted) ??
      null
    );
  }

  #members(value: Value, what: string, known: readonly string[]): ReadonlyMap<string, Member> {
    if (value.kind === 'scalar' && value.value === null) return new Map();
    if (value.kind !== 'map') {
      this.#problem(value.line, `${what} needs "name: value" lines`);
      return new Map();
    }
    for (const [name, { line }] of value.members) {
      if (!known.includes(name))
        this.#problem(line, `"${name}" is not known here; there is ${known.join(', ')}`);
    }
    return value.members;
  }

  #entries(member: Member | undefined, what: string): ReadonlyMap<string, Member> {
    if (member === undefined) return new Map();
    const { value } = member;
    if (value.kind === 'map') return value.members;
    if (value.kind !== 'scalar' || value.value !== null) {
      this.#problem(member.line, `${what} needs "name:" lines`);
    }
    return new Map();
  }

  #list(member: Member | undefined, what: string): readonly Value[] {
    if (member === undefined) return [];
    if (member.value.kind === 'list') return member.value.items;
    if (member.value.kind !== 'scalar' || member.value.value !== null) {
      this.#problem(member.line, `${what} needs a list`);
    }
    return [];
  }

  /** A text or a list of texts. */
  #texts(member: Member | undefined, what: string): readonly string[] {
    if (member === undefined) return [];
    const { value } = member;
    if (value.kind === 'scalar' && typeof value.value === 'string') return [value.value];
    return this.#list(member, what).flatMap((item) => {
      if (item.kind === 'scalar' && item.value !== null) return [String(item.value)];
      this.#problem(item.line, `${what} needs texts`);
      return [];
    });
  }

  #text(member: Member | undefined, what: string): string | null {
    if (member === undefined) return null;
    const { value } = member;
    if (value.kind === 'scalar' && value.value === null) return null;
    if (value.kind === 'scalar' && typeof value.value !== 'boolean')
      return String(value.value).trim();
    this.#problem(member.line, `${what} needs a text`);
    return null;
  }

  #flag(member: Member | undefined, what: string): boolean {
    if (member === undefined) return false;
    const { value } = member;
    if (value.kind === 'scalar' && typeof value.value === 'boolean') return value.value;
    this.#problem(member.line, `${what} needs true or false`);
    return false;
  }

  #unknown(line: number, what: string, name: string, known: readonly string[]): null {
    const shown = known.slice(0, 12).join(', ');
    this.#problem(line, `there is no ${what} "${name}"; there is ${shown || 'none'}`);
    return null;
  }

  #problem(line: number, message: string): void {
    this.#problems.push({ line, message });
  }
}

function findColumn(table: CatalogTable, name: string): string | null {
  const wanted = name.toLowerCase();
  return table.columns.find((column) => column.name.toLowerCase() === wanted)?.name ?? null;
}

function columnNames(table: CatalogTable): readonly string[] {
  return table.columns.map(({ name }) => name);
}
