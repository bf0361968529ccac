/** Reads the types of Ruby methods from the comments above them, which are in YARD's form. */

import type { ProcedureSignature } from './wasm-module.ts';

const SQL_TYPES: Readonly<Record<string, string>> = {
  ...{ Integer: 'BIGINT', Float: 'DOUBLE', Numeric: 'DOUBLE', BigDecimal: 'DECIMAL' },
  ...{ String: 'VARCHAR', Symbol: 'VARCHAR', Blob: 'BLOB', Boolean: 'BOOLEAN', Date: 'DATE' },
  ...{ TrueClass: 'BOOLEAN', FalseClass: 'BOOLEAN', true: 'BOOLEAN', false: 'BOOLEAN' },
  ...{ Time: 'TIMESTAMP', Hash: 'JSON', Array: 'JSON', Set: 'JSON', Object: 'JSON' },
  ...{ void: 'BOOLEAN' },
};
/** A type as SQL writes it: `UINTEGER`, `DECIMAL(12,2)`, `BIGINT[]`, `STRUCT(a BIGINT)`. */
const SQL_TYPE = /^[A-Z][A-Z0-9_]+(\s*\(.*\))?(\s*\[\d*\])*$/s;

export interface RubyParameter {
  readonly name: string;
}

/** The signature of the method `name`, whose parameters the interpreter knows. */
export function readRubySignature(
  source: string,
  name: string,
  parameters: readonly RubyParameter[],
): ProcedureSignature {
  const tags = commentAbove(source, name);
  const text = tags.findIndex((line) => line.startsWith('@'));
  const prose = (text < 0 ? tags : tags.slice(0, text)).join('\n').split('\n\n')[0] ?? '';
  const types = new Map<string, string>();
  let returns: string | null = null;
  for (const tag of joinTags(text < 0 ? [] : tags.slice(text))) {
    const kind = /^@(param|return)s?\s+/.exec(tag);
    if (kind === null) continue;
    const rest = tag.slice(kind[0].length);
    const open = rest.indexOf('[');
    const written = open < 0 ? null : bracketed(rest.slice(open));
    if (written === null) continue;
    if (kind[1] === 'return') returns = written;
    // Both orders are YARD's: the name behind the types, and in front of them.
    const before = /^(\w+)\s+$/.exec(rest.slice(0, open));
    const after = /^\s*(\w+)/.exec(rest.slice(open + written.length + 2));
    const parameter = before?.[1] ?? after?.[1];
    if (kind[1] === 'param' && parameter !== undefined) types.set(parameter, written);
  }
  return {
    name,
    comment: prose.replaceAll(/\s+/g, ' ').trim() || null,
    parameters: parameters.map((parameter) => ({
      name: parameter.name,
      ...sqlTypeOf(types.get(parameter.name) ?? ''),
    })),
    returns: returns === null ? null : sqlTypeOf(returns).type,
  };
}

/** The line of a method's last definition at the top level, -1 where it is defined elsewhere. */
export function lineOfMethod(lines: readonly string[], name: string): number {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const definition = new RegExp(`^(private\\s+|public\\s+)?def\\s+${escaped}(?![\\w?!])`);
  return lines.findLastIndex((line) => definition.test(line));
}

/** The lines of the comment above a method's last definition, without their marks. */
function commentAbove(source: string, name: string): string[] {
  const lines = source.split(/\r?\n/);
  const at = lineOfMethod(lines, name);
  const comment: string[] = [];
  for (let line = at - 1; line >= 0; line -= 1) {
    const match = /^#(?!!)\s?(.*)$/.exec(lines[line] ?? '');
    if (match === null) break;
    comment.unshift((match[1] ?? '').trimEnd());
  }
  return comment.filter((line) => !/^(frozen_string_literal|encoding|coding):/.test(line));
}

/** Tags that go on in indented lines, each as one line. */
function joinTags(lines: readonly string[]): string[] {
  const tags: string[] = [];
  for (const line of lines) {
    if (line.startsWith('@') || tags.length === 0) tags.push(line);
    else tags.push(`${tags.pop()} ${line.trim()}`);
  }
  return tags;
}

/** What stands in the brackets that a text begins with; null where they do not close. */
function bracketed(text: string): string | null {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '[') depth += 1;
    if (text[index] === ']') depth -= 1;
    if (depth === 0) return text.slice(1, index);
  }
  return null;
}

/** The SQL type of a list of alternatives, null when they do not say one. */
function sqlTypeOf(types: string): { type: string | null; nullable: boolean } {
  const alternatives = splitTypes(types);
  const kept = alternatives.filter((type) => type !== 'nil');
  const found = new Set(kept.map(oneType));
  const [type = null] = found.size === 1 ? found : [];
  return { type, nullable: kept.length < alternatives.length };
}

function oneType(type: string): string | null {
  const plain = SQL_TYPES[type];
  if (plain !== undefined) return plain;
  const [, collection, inner] = /^(Array|Set)\s*<(.*)>$/s.exec(type) ?? [];
  if (collection !== undefined && inner !== undefined) {
    const element = sqlTypeOf(inner).type;
    return element === null || element === 'JSON' ? 'JSON' : `${element}[]`;
  }
  if (/^(Hash\s*[<{]|Array\s*\()/.test(type)) return 'JSON';
  return SQL_TYPE.test(type) ? type : null;
}

/** Splits at commas and bars that stand in no brackets. */
function splitTypes(types: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of types) {
    if ('<({['.includes(character)) depth += 1;
    if ('>)}]'.includes(character)) depth -= 1;
    if (depth === 0 && (character === ',' || character === '|')) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
