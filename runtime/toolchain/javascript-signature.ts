/** Reads the signatures of exported functions from JavaScript and TypeScript sources. */

import type { ParameterSignature, ProcedureSignature } from './wasm-module.ts';

/** Types with one SQL counterpart. A `number` may be a fraction, so it is a DOUBLE. */
const SQL_TYPES: Readonly<Record<string, string>> = {
  number: 'DOUBLE',
  bigint: 'BIGINT',
  string: 'VARCHAR',
  boolean: 'BOOLEAN',
  Date: 'TIMESTAMP',
  Decimal: 'DECIMAL',
  SqlDate: 'DATE',
  SqlTime: 'TIME',
  SqlTimestamp: 'TIMESTAMP',
  SqlTimestampTz: 'TIMESTAMP WITH TIME ZONE',
  SqlInterval: 'INTERVAL',
  SqlUuid: 'UUID',
  Uint8Array: 'BLOB',
  ArrayBuffer: 'BLOB',
  object: 'JSON',
  Object: 'JSON',
  void: 'BOOLEAN',
};

/**
 * Returns the signature of an exported function. What the source does not say stays null: this
 * reads declarations of the usual forms and is not a parser of the language.
 */
export function readSignature(source: string, name: string): ProcedureSignature {
  const declaration = findDeclaration(source, name);
  if (declaration === null) return { name, comment: null, parameters: [], returns: null };
  const { documentation, parameters, returns } = declaration;
  return {
    name,
    comment: commentOf(documentation),
    parameters: splitTopLevel(parameters).map((text, index) =>
      parameterOf(text, documentation, index),
    ),
    returns: sqlType(returns ?? tagOf(documentation, 'returns?')).type,
  };
}

/** How a source declares a function. */
export interface Declaration {
  /** The text between the marks of the doc comment in front, or nothing. */
  readonly documentation: string;
  readonly parameters: string;
  readonly returns: string | null;
}

/** Finds a function by its name in JavaScript or a language that declares functions so. */
export function findDeclaration(source: string, name: string): Declaration | null {
  const escaped = name.replaceAll('$', '\\$');
  const patterns = [
    new RegExp(`(?:^|[\\s;}])(?:async\\s+)?function\\s*\\*?\\s*${escaped}\\s*(?=[(<])`),
    new RegExp(`(?:^|[\\s;}])(?:const|let|var)\\s+${escaped}\\s*=\\s*(?:async\\s*)?(?=\\()`),
  ];
  for (const pattern of patterns) {
    const match = pattern.exec(source);
    if (match === null) continue;
    const open = source.indexOf('(', match.index + match[0].length);
    if (open < 0) continue;
    const declared = withoutComments(source.slice(open));
    const close = closingBracket(declared, 0);
    if (close < 0) continue;
    const rest = declared.slice(close + 1);
    const annotation = /^\s*:/.test(rest) ? typeBefore(rest.slice(rest.indexOf(':') + 1)) : null;
    return {
      documentation: documentationBefore(source, match.index),
      parameters: declared.slice(1, close),
      returns: annotation,
    };
  }
  return null;
}

const INLINE_TYPE = /\/\*\*\s*@type\s*\{([^}]*)\}\s*\*\/\s*([\w$]+)/g;
const STRING_OR_COMMENT =
  /('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/.*/g;

/** A text without its comments; JSDoc's `@type` in front of a parameter is its type. */
function withoutComments(text: string): string {
  return text
    .replaceAll(INLINE_TYPE, '$2: $1')
    .replaceAll(STRING_OR_COMMENT, (_, string: string | undefined) => string ?? ' ');
}

/** The doc comment that ends right before a declaration and its `export`. */
function documentationBefore(source: string, index: number): string {
  const before = source.slice(0, index + 1).replace(/(?:export|default|\s)*$/, '');
  if (!before.endsWith('*/')) return '';
  const start = before.lastIndexOf('/**');
  return start < 0 ? '' : before.slice(start + 3, -2).replaceAll(/^[ \t]*\*[ \t]?/gm, '');
}

/** The first paragraph, without tags. */
function commentOf(documentation: string): string | null {
  const text = documentation
    .split(/\n\s*\n|^\s*@/m)[0]
    ?.replaceAll(/\s+/g, ' ')
    .trim();
  return text ? text : null;
}

/** The type of a `@param {type} name` or `@returns {type}` tag. */
function tagOf(documentation: string, tag: string, name = ''): string | null {
  const target = name === '' ? '' : `\\s+\\[?${name.replaceAll('$', '\\$')}(?![\\p{ID_Continue}$])`;
  return new RegExp(`@${tag}\\s*\\{([^}]*)\\}${target}`, 'u').exec(documentation)?.[1] ?? null;
}

function parameterOf(text: string, documentation: string, index: number): ParameterSignature {
  const withoutDefault = text.replace(/=(?!>).*$/s, '').trim();
  const match =
    /^(?:\.\.\.)?([\p{ID_Start}$_][\p{ID_Continue}$]*)(\?)?\s*(?::\s*([\s\S]+))?$/u.exec(
      withoutDefault,
    );
  // A pattern takes an object or list to pieces, and has no name of its own.
  if (match === null) return { name: `parameter_${index + 1}`, type: 'JSON', nullable: false };
  const name = match[1] ?? '';
  const { type, nullable } = sqlType(match[3] ?? tagOf(documentation, 'param', name));
  return { name, type, nullable: nullable || match[2] === '?' };
}

function sqlType(text: string | null): { type: string | null; nullable: boolean } {
  if (text === null) return { type: null, nullable: false };
  const plain = text.trim().replace(/^Promise\s*<([\s\S]*)>$/, '$1');
  const parts = plain.split('|').map((part) => part.trim());
  const kept = parts.filter((part) => part !== 'null' && part !== 'undefined');
  const nullable = kept.length < parts.length;
  const [only] = kept;
  if (only === undefined || kept.length > 1) {
    const isText = kept.length > 1 && kept.every((part) => /^'[^']*'$|^"[^"]*"$/.test(part));
    return { type: isText ? 'VARCHAR' : null, nullable };
  }
  const known = SQL_TYPES[only];
  if (known !== undefined) return { type: known, nullable };
  const item = /^(\w+)\s*\[\]$|^(?:Readonly)?Array\s*<\s*(\w+)\s*>$/.exec(only);
  const itemType = SQL_TYPES[item?.[1] ?? item?.[2] ?? ''];
  if (itemType !== undefined && itemType !== 'JSON') return { type: `${itemType}[]`, nullable };
  // Whatever else has a shape is a document.
  const isDocument = /^\{|^Record\b|\[\]$|^(?:Readonly)?Array\b|^[A-Z]\w*$/.test(only);
  return { type: isDocument ? 'JSON' : null, nullable };
}

const BRACKETS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' };

const QUOTE = /['"`]/;

/** The index of the quote that ends the string at `open`, or the text's last. */
function closingQuote(source: string, open: number): number {
  let index = open + 1;
  while (index < source.length - 1 && source[index] !== source[open]) {
    index += source[index] === '\\' ? 2 : 1;
  }
  return index;
}

/** The index of the bracket that closes the one at `open`, or -1. */
function closingBracket(source: string, open: number): number {
  const expected: string[] = [];
  for (let index = open; index < source.length; index += 1) {
    const character = source[index] ?? '';
    const closing = BRACKETS[character];
    if (character === '=' && source[index + 1] === '>') index += 1;
    else if (QUOTE.test(character)) index = closingQuote(source, index);
    else if (closing !== undefined) expected.push(closing);
    else if (character === expected.at(-1)) {
      expected.pop();
      if (expected.length === 0) return index;
    }
  }
  return -1;
}

/** The type at the start of a text, up to the body or arrow behind it. */
function typeBefore(text: string): string {
  let index = 0;
  while (index < text.length) {
    const character = text[index] ?? '';
    const isBody =
      character === '{' &&
      text.slice(0, index).trim() !== '' &&
      !/[|&:<,]\s*$/.test(text.slice(0, index));
    if (isBody || character === ';' || (character === '=' && text[index + 1] === '>')) break;
    index = BRACKETS[character] === undefined ? index + 1 : closingBracket(text, index) + 1;
    if (index === 0) break;
  }
  return text.slice(0, index).trim();
}

/** Splits at commas outside brackets; empty pieces are dropped. */
export function splitTopLevel(text: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  let index = 0;
  while (index < text.length) {
    const character = text[index] ?? '';
    if (character === ',') {
      pieces.push(text.slice(start, index));
      start = index + 1;
    }
    const isBracket = BRACKETS[character] !== undefined;
    let close = isBracket ? closingBracket(text, index) : -1;
    if (QUOTE.test(character)) close = closingQuote(text, index);
    index = close < 0 ? index + 1 : close + 1;
  }
  pieces.push(text.slice(start));
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '');
}
