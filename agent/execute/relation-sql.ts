/**
 * Texts of statements that read other statements as named relations. Pure string work:
 * the parts are single SELECT statements that the guard has already passed.
 */

import { printIdentifier } from '#core';

export interface NamedRelation {
  readonly name: string;
  /** A SELECT statement. */
  readonly sql: string;
  /** Whether the statement is evaluated once, whatever reads it. */
  readonly isMaterialized: boolean;
}

/**
 * Prefixes a SELECT with relations it reads by name. A relation wins over a table of the
 * database with the same name, and no connection state is involved.
 */
export function withRelations(relations: readonly NamedRelation[], sql: string): string {
  const statement = trimStatement(sql);
  if (relations.length === 0) return statement;
  const definitions = relations.map((relation) => {
    const kind = relation.isMaterialized ? 'AS MATERIALIZED' : 'AS';
    return `${printIdentifier(relation.name)} ${kind} (\n${indent(trimStatement(relation.sql))}\n)`;
  });
  // A statement cannot have two WITH clauses. As a subquery it may have its own, and DuckDB keeps
  // the order of a subquery's rows when the outer query only passes them on.
  const body = /^(with\b|\()/i.test(skipComments(statement))
    ? `SELECT * FROM (\n${indent(statement)}\n)`
    : statement;
  return `WITH ${definitions.join(',\n')}\n${body}`;
}

/** Drops white space around a statement and the semicolons that end it. */
export function trimStatement(sql: string): string {
  return sql.trim().replace(/(\s*;)+$/, '');
}

function skipComments(sql: string): string {
  return sql.replace(/^(\s+|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)+/, '');
}

// A line break inside a string or a quoted name belongs to its text and gets no indentation.
function indent(sql: string): string {
  let quote: string | null = null;
  let text = '  ';
  for (let index = 0; index < sql.length; index++) {
    const character = sql.charAt(index);
    text += character;
    if (quote !== null) {
      if (sql.startsWith(quote, index)) {
        text += quote.slice(1);
        index += quote.length - 1;
        quote = null;
      }
    } else if (character === "'" || character === '"') {
      quote = character;
    } else if (sql.startsWith('$$', index)) {
      text += '$';
      index += 1;
      quote = '$$';
    } else if (character === '\n' && sql.charAt(index + 1) !== '\n') {
      text += '  ';
    }
  }
  return text;
}
