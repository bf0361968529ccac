import { HeliosError } from '#core';

/** One record of a test script, with the line it starts on. */
export type ScriptRecord = { readonly line: number } & (
  | { readonly kind: 'statement-ok'; readonly sql: string }
  | {
      readonly kind: 'statement-error';
      readonly sql: string;
      readonly sqlstate: string | null;
      /** Text or `<REGEX>:` pattern that the error must contain or match, or null. */
      readonly expected: string | null;
    }
  | {
      readonly kind: 'query';
      readonly sql: string;
      readonly columnCount: number;
      readonly isSorted: boolean;
      readonly expected: readonly string[];
    }
  | { readonly kind: 'connection'; readonly name: string }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'evaluations'; readonly procedure: string; readonly count: number }
  | { readonly kind: 'prepare'; readonly name: string; readonly sql: string }
  | {
      readonly kind: 'execute';
      readonly name: string;
      readonly columnCount: number;
      readonly expected: readonly string[];
    }
);

/** A test script: what it claims, and its records in order with loops unrolled. */
export interface Script {
  readonly name: string;
  readonly description: string;
  readonly groups: readonly string[];
  readonly records: readonly ScriptRecord[];
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/**
 * Parses a script. Records are separated by empty lines; `foreach <variable> <value>…` and
 * `loop <variable> <from> <to>` repeat what stands before their `endloop` with `${variable}`
 * replaced. Anything unknown fails with its line: a record that is silently left out tests nothing.
 */
export function parseScript(text: string, path: string): Script {
  const lines = text.split('\n').map((line, index) => ({ number: index + 1, text: line }));
  const header = (key: string): string => {
    const line = lines.find((candidate) => candidate.text.startsWith(`# ${key}:`));
    if (line) return line.text.slice(key.length + 3).trim();
    throw scriptError(path, 1, `the script lacks "# ${key}:"`);
  };
  const name = header('name');
  if (name !== path) throw scriptError(path, 1, `"# name:" says ${name}`);
  return {
    name,
    description: header('description'),
    groups: header('group')
      .replace(/^\[|\]$/g, '')
      .split(',')
      .map((group) => group.trim()),
    records: blocksOf(unroll(lines, path)).map((block) => parseRecord(block, path)),
  };
}

function unroll(lines: readonly Line[], path: string): Line[] {
  const done: Line[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] as Line;
    const [word, variable = '', ...values] = line.text.trim().split(/\s+/);
    if (word !== 'foreach' && word !== 'loop') {
      if (word === 'endloop') throw scriptError(path, line.number, 'endloop without its loop');
      done.push(line);
      continue;
    }
    const end = endOfLoop(lines, index, path);
    const body = unroll(lines.slice(index + 1, end), path);
    for (const value of word === 'loop' ? numbers(values) : values) {
      const replace = (text: string): string => text.replaceAll(`\${${variable}}`, value);
      // The empty line keeps the last record of one round apart from the first of the next.
      done.push(...body.map(({ number, text }) => ({ number, text: replace(text) })));
      done.push({ number: line.number, text: '' });
    }
    index = end;
  }
  return done;
}

function endOfLoop(lines: readonly Line[], start: number, path: string): number {
  let depth = 0;
  for (let index = start; index < lines.length; index += 1) {
    const word = (lines[index] as Line).text.trim().split(/\s+/)[0];
    if (word === 'foreach' || word === 'loop') depth += 1;
    if (word === 'endloop') depth -= 1;
    if (depth === 0) return index;
  }
  throw scriptError(path, (lines[start] as Line).number, 'a loop without endloop');
}

function numbers([from, to]: readonly string[]): string[] {
  const first = Number(from);
  return Array.from({ length: Math.max(0, Number(to) - first) }, (_, index) =>
    String(first + index),
  );
}

function blocksOf(lines: readonly Line[]): Line[][] {
  const blocks: Line[][] = [];
  let isOpen = false;
  for (const line of lines) {
    if (line.text.trim() === '') {
      isOpen = false;
      continue;
    }
    // A comment before a record belongs to nobody; inside an SQL text it is part of the text.
    if (!isOpen && line.text.startsWith('#')) continue;
    if (!isOpen) blocks.push([]);
    blocks.at(-1)?.push(line);
    isOpen = true;
  }
  return blocks;
}

function parseRecord(block: readonly Line[], path: string): ScriptRecord {
  const [head, ...rest] = block as [Line, ...Line[]];
  const line = head.number;
  const words = head.text.trim().split(/\s+/);
  const ruler = rest.findIndex(({ text }) => text.trim() === '----');
  const sql = (ruler < 0 ? rest : rest.slice(0, ruler)).map(({ text }) => text).join('\n');
  const expected = ruler < 0 ? null : rest.slice(ruler + 1).map(({ text }) => text);
  const [kind, first = '', second = ''] = words;
  const need = (condition: boolean, form: string): void => {
    if (!condition) throw scriptError(path, line, `expected "${form}"`);
  };
  switch (kind) {
    case 'statement':
      need((first === 'ok' || first === 'error') && sql !== '', 'statement ok|error, then SQL');
      if (first === 'ok') return { kind: 'statement-ok', line, sql };
      need(
        (second !== '' || expected !== null) && /^([0-9A-Z]{5})?$/.test(second),
        'statement error <SQLSTATE>, or ---- and a text',
      );
      return {
        kind: 'statement-error',
        line,
        sql,
        sqlstate: second === '' ? null : second,
        expected: expected === null ? null : expected.join('\n'),
      };
    case 'query':
      need(
        /^[ITRBD]+$/.test(first) &&
          /^(rowsort|nosort)?$/.test(second) &&
          expected !== null &&
          sql !== '',
        'query <one of I T R B D per column> [rowsort], SQL, ---- and rows',
      );
      return {
        kind: 'query',
        line,
        sql,
        columnCount: first.length,
        isSorted: second === 'rowsort',
        expected: expected ?? [],
      };
    case 'connection':
      need(words.length === 2 && rest.length === 0, 'connection <name>');
      return { kind: 'connection', line, name: first };
    case 'reopen':
      need(words.length === 1 && rest.length === 0, 'reopen');
      return { kind: 'reopen', line };
    case 'evaluations':
      need(/^\d+$/.test(second) && rest.length === 0, 'evaluations <procedure> <count>');
      return { kind: 'evaluations', line, procedure: first, count: Number(second) };
    case 'prepare':
      need(first !== '' && sql !== '', 'prepare <name>, then SQL');
      return { kind: 'prepare', line, name: first, sql };
    case 'execute':
      need(/^[ITRBD]+$/.test(second) && expected !== null, 'execute <name> <types>, ---- and rows');
      return {
        kind: 'execute',
        line,
        name: first,
        columnCount: second.length,
        expected: expected ?? [],
      };
    default:
      throw scriptError(path, line, `unknown record "${kind}"`);
  }
}

/** An error of a script, not of what it tests. */
export function scriptError(path: string, line: number, detail: string): HeliosError {
  return new HeliosError('invalid_usage', { message: `${path}:${line}: ${detail}` });
}
