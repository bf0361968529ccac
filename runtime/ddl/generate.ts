/** Random trees and hostile texts for the property tests, reproducible from a seed. */
import type { RandomSource } from '#core';
import type {
  AlterAction,
  CreateProcedure,
  DdlStatement,
  GrantObject,
  GrantStatement,
  ModuleSource,
  Options,
  OptionValue,
  ProcedureName,
} from './ast.ts';

const NAMES = [
  'p',
  'calculate_discount',
  'Größe',
  'select',
  'a b',
  'q"r',
  "it's",
  '😀',
  'x$1',
  'as',
];
const TYPES = [
  'BIGINT',
  'DECIMAL(18,3)',
  'VARCHAR[]',
  'STRUCT(a INT, "b ;" VARCHAR[3])',
  'MAP(VARCHAR, UNION(n INT, s DATE))',
  "ENUM('a;', ')')",
  'TIMESTAMP WITH TIME ZONE',
  '"odd type"',
];
const EXPRESSIONS = [
  '1',
  "'a;''b'",
  "f(1, [2, 3], {'k': (4)})",
  "E'\\''",
  '$$,)$$',
  'CASE WHEN x THEN 1 ELSE -2 END',
  '(SELECT max(a) FROM t -- ;\n)',
  '0x1F /* , */ ::BIGINT',
  "'a'\n  'b'",
];
const TEXTS = ['', 'plain', "it's", '$wasm$', 'line\nbreak', '-- no comment', '\\x00', '😀;'];
const CAPABILITIES = ['read:customers', 'write:a b', "network:o'hara.example", 'crypto'];

/** Draws from lists and ranges by a source of numbers in [0, 1). */
export class Generator {
  readonly #random: RandomSource;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }

  flip(): boolean {
    return this.below(2) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  list<T>(lengthMax: number, item: (index: number) => T): T[] {
    return Array.from({ length: this.below(lengthMax + 1) }, (_, index) => item(index));
  }

  maybe<T>(item: () => T): T | null {
    return this.flip() ? item() : null;
  }

  statement(): DdlStatement {
    switch (this.below(8)) {
      case 0:
      case 1:
        return this.#create();
      case 2:
        return {
          kind: 'alter_procedure',
          ...this.#reference(),
          ifExists: this.flip(),
          action: this.#action(),
        };
      case 3:
        return {
          kind: 'drop_procedure',
          ...this.#reference(),
          ifExists: this.flip(),
          cascade: this.flip(),
        };
      case 4:
        return {
          kind: 'call',
          ...this.#name(),
          arguments: this.list(3, () => ({
            name: this.maybe(() => this.pick(NAMES)),
            expression: this.pick(EXPRESSIONS),
          })),
        };
      case 5:
        return this.#role();
      case 6:
        return this.#grant();
      default:
        return this.flip()
          ? { kind: 'show_procedures' }
          : { kind: 'describe_procedure', ...this.#name() };
    }
  }

  #role(): DdlStatement {
    const name = this.pick(NAMES);
    const roles = [name, ...this.list(2, () => this.pick(NAMES))];
    const table = this.pick(['customers', 'shop.main."a ""b"']);
    switch (this.below(7)) {
      case 0:
        return { kind: 'create_role', name, ifNotExists: this.flip() };
      case 1:
        return { kind: 'drop_role', name, ifExists: this.flip() };
      case 2:
        return { kind: 'show_roles' };
      case 3:
        return { kind: 'show_row_filters', role: this.maybe(() => name) };
      case 4:
        return { kind: 'drop_row_filter', ifExists: this.flip(), table, roles };
      case 5: {
        const condition = this.pick(EXPRESSIONS);
        return { kind: 'create_row_filter', orReplace: this.flip(), table, roles, condition };
      }
      default:
        return { kind: 'show_grants', role: this.maybe(() => name) };
    }
  }

  #grant(): GrantStatement {
    const roles = [this.pick(NAMES), ...this.list(2, () => this.pick(NAMES))];
    const kind = this.pick(['grant', 'revoke'] as const);
    const [privileges, object] = this.pick<[GrantStatement['privileges'], GrantObject]>([
      [['EXECUTE'], { kind: 'procedure', ...this.#reference() }],
      [['EXECUTE', 'ALTER'], { kind: 'all_procedures' }],
      [['CREATE PROCEDURE'], { kind: 'none' }],
      [['SELECT'], { kind: 'table', name: 'customers' }],
      [['WRITE', 'SELECT'], { kind: 'table', name: 'shop.main."a ""b"' }],
      [['SELECT'], { kind: 'all_tables' }],
    ]);
    return { kind, privileges, object, roles };
  }

  #name(): ProcedureName {
    return { schema: this.maybe(() => this.pick(NAMES)), name: this.pick(NAMES) };
  }

  #reference() {
    const parameterTypes = this.maybe(() => this.list(3, () => this.pick(TYPES)));
    return { ...this.#name(), parameterTypes };
  }

  #module(): ModuleSource {
    return this.pick<ModuleSource>([
      { kind: 'base64', text: 'AGFzbQ==' },
      { kind: 'base64', text: 'AAAA/+9z' },
      { kind: 'hex', text: '0061736d' },
      { kind: 'text', text: '(module ;; $wasm$\n)' },
      { kind: 'file', text: "procedures/it's;x.wasm" },
      { kind: 'file', text: '/a b/$wasm$ $wasm1$' },
    ]);
  }

  #options(countMin: number): Options {
    const names = ['memory_bytes_max', 'timeout_ms', 'pool', 'odd name', '__proto__', 'x_bytes'];
    const entries: [string, OptionValue][] = this.list(3, (index) => [
      names[(this.below(2) + index * 2) % names.length] as string,
      this.pick<OptionValue>([1, 0, 16_777_216, true, false, null]),
    ]);
    if (entries.length < countMin) entries.push(['note', this.pick(TEXTS)]);
    return Object.fromEntries(entries);
  }

  #action(): AlterAction {
    return this.pick<() => AlterAction>([
      () => ({
        kind: 'add_version',
        version: this.maybe(() => 1 + this.below(100)),
        module: this.#module(),
        capabilities: this.maybe(() => this.list(3, () => this.pick(CAPABILITIES))),
        entry: this.maybe(() => this.pick(TEXTS)),
      }),
      () => ({ kind: 'use_version', version: 1 + this.below(100) }),
      () => ({ kind: 'rename', name: this.pick(NAMES) }),
      () => ({ kind: 'set', options: this.#options(1) }),
      () => ({ kind: 'set_comment', comment: this.maybe(() => this.pick(TEXTS)) }),
    ])();
  }

  #create(): CreateProcedure {
    return {
      kind: 'create_procedure',
      orReplace: this.flip(),
      ifNotExists: this.flip(),
      ...this.#name(),
      parameters: this.list(4, (index) => ({
        name: `${this.pick(NAMES)}${index}`,
        type: this.pick(TYPES),
        default: this.maybe(() => this.pick(EXPRESSIONS)),
      })),
      returns: this.pick(TYPES),
      language: 'wasm',
      capabilities: this.maybe(() => this.list(3, () => this.pick(CAPABILITIES))),
      volatility: this.maybe(() => this.pick(['IMMUTABLE', 'STABLE', 'VOLATILE'] as const)),
      nullCall: this.maybe(() =>
        this.pick(['CALLED ON NULL INPUT', 'RETURNS NULL ON NULL INPUT'] as const),
      ),
      entry: this.maybe(() => this.pick(TEXTS)),
      onError: this.maybe(() => this.pick(['NULL', 'FAIL'] as const)),
      strictVisibility: this.flip(),
      comment: this.maybe(() => this.pick(TEXTS)),
      options: this.#options(0),
      module: this.#module(),
    };
  }

  /** Text made of pieces that matter to the grammar, in no order that it allows. */
  soup(pieces: readonly string[], lengthMax: number): string {
    return this.list(lengthMax, () => this.pick(pieces)).join('');
  }

  /** A text with a few places deleted, doubled, swapped or replaced. */
  mutate(text: string, pieces: readonly string[]): string {
    let result = text;
    for (let count = 1 + this.below(4); count > 0; count -= 1) {
      const start = this.below(result.length + 1);
      const end = Math.min(result.length, start + this.below(8));
      const insert = this.flip() ? this.pick(pieces) : result.slice(start, end).repeat(2);
      result = result.slice(0, start) + (this.flip() ? insert : '') + result.slice(end);
    }
    return result;
  }
}

/** Pieces of text on which lexers and parsers stumble. */
export const HOSTILE_PIECES: readonly string[] = [
  ...'\'"$;-/*()[]{},.:=\\?#@!+<> \n\r\t',
  ...['--', '/*', '*/', '$$', '$a$', '$wasm$', "E'", "e'", "''", '""', '::', ':=', '=>', "x'"],
  ...['\ufeff', '\u00a0', '\u3000', '\u200b', '\u2028', '\v', '\0', '\ud800', 'é', '😀', 'ﬀ'],
  ...['0', '1_0', '1_', '0x', '0xFF', '1e', '1e-5', '1..2', '.5', '$1', '?1', '#1', 'a$', '_'],
  ...[
    'CREATE ',
    ' OR REPLACE ',
    ' PROCEDURE ',
    ' IF NOT EXISTS ',
    'p',
    ' RETURNS ',
    ' INT ',
    ' NULL ',
  ],
  ...[
    ' LANGUAGE wasm ',
    ' AS ',
    ' CAPABILITIES ',
    ' SET ',
    ' VERSION ',
    'ALTER ',
    'DROP ',
    'CALL ',
  ],
  ...[
    ' STRUCT(',
    ' MAP(',
    "AS 'AAAA'",
    'EXPLAIN ',
    'SHOW ',
    'DESCRIBE ',
    'COMMENT ON ',
    ' ON ERROR ',
  ],
];
