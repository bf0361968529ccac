/** One row of `core/errors.yaml`. */
export interface CatalogueEntry {
  readonly sqlstate: string;
  readonly name: string;
  readonly message: string;
  readonly fields: readonly string[];
  readonly retryable: boolean;
  readonly doc: string;
}

const KEYS = ['sqlstate', 'name', 'message', 'fields', 'retryable', 'doc'] as const;
type Key = (typeof KEYS)[number];

/**
 * Parses the error catalogue.
 *
 * The file is YAML restricted to flat entries with one key a line, so that this reader can be
 * strict: an unknown, missing, repeated or misplaced key is an error with its line number.
 */
export function parseCatalogue(text: string): CatalogueEntry[] {
  const rows: Map<Key, string>[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const match = /^(- | {2})([a-z]+): (.+)$/.exec(line);
    const key = match?.[2] as Key | undefined;
    const value = match?.[3];
    if (!match || !key || value === undefined || !KEYS.includes(key)) {
      throw new Error(`core/errors.yaml:${index + 1}: expected one of ${KEYS.join(', ')}`);
    }
    if (match[1] === '- ') rows.push(new Map());
    const row = rows.at(-1);
    if (!row || row.has(key) || row.size !== KEYS.indexOf(key)) {
      throw new Error(`core/errors.yaml:${index + 1}: keys come once each, as ${KEYS.join(', ')}`);
    }
    row.set(key, value.trim());
  });
  const entries = rows.map(toEntry);
  checkUnique(entries, 'sqlstate');
  checkUnique(entries, 'name');
  return entries.sort((left, right) => (left.sqlstate < right.sqlstate ? -1 : 1));
}

function toEntry(row: ReadonlyMap<Key, string>): CatalogueEntry {
  const text = (key: Key): string => {
    const value = row.get(key);
    if (value === undefined) {
      throw new Error(`core/errors.yaml: ${row.get('name') ?? 'an entry'} lacks ${key}`);
    }
    return value;
  };
  const sqlstate = text('sqlstate');
  const name = text('name');
  if (!/^[0-9A-Z]{5}$/.test(sqlstate)) {
    throw new Error(`core/errors.yaml: ${sqlstate} is not five capitals or digits`);
  }
  if (!/^[a-z][a-z0-9_]*$/.test(name))
    throw new Error(`core/errors.yaml: ${name} is not snake_case`);
  const list = /^\[(.*)\]$/.exec(text('fields'));
  const retryable = text('retryable');
  if (!list) throw new Error(`core/errors.yaml: fields of ${name} is not a list in brackets`);
  if (retryable !== 'true' && retryable !== 'false') {
    throw new Error(`core/errors.yaml: retryable of ${name} is neither true nor false`);
  }
  return {
    sqlstate,
    name,
    message: text('message'),
    fields: (list[1] ?? '')
      .split(',')
      .map((field) => field.trim())
      .filter((field) => field !== ''),
    retryable: retryable === 'true',
    doc: text('doc'),
  };
}

function checkUnique(entries: readonly CatalogueEntry[], key: 'sqlstate' | 'name'): void {
  const seen = new Set<string>();
  for (const entry of entries) {
    if (seen.has(entry[key])) throw new Error(`core/errors.yaml: ${entry[key]} appears twice`);
    seen.add(entry[key]);
  }
}
