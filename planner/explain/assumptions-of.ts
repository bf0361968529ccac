import { quoteText } from '../compile/sql.ts';
import { elapsedSaid } from '../grounding/elapsed-columns.ts';
import { lineAmountSaid } from '../grounding/line-amounts.ts';
import type { Mention } from '../grounding/link.ts';
import type { ColumnModel } from '../grounding/schema-model.ts';
import { isMisspelled } from '../grounding/word-similarity.ts';
import type { Interpretation, Reading } from '../interpret.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { LogicalQuery } from '../query/logical.ts';
import type { Choice } from '../resolve/slots.ts';

/** What was decided where a request leaves it open, in words for people. */
export function assumptionsOf(
  { tokens, mentions, frame }: Pick<Interpretation, 'tokens' | 'mentions' | 'frame'>,
  { query, sql, assignment: { choices } }: Pick<Reading, 'query' | 'sql' | 'assignment'>,
): readonly string[] {
  const misspelled = mentions.flatMap(({ start, end }, index) => {
    const choice = choices.get(mentions[index] ?? {});
    return choice === undefined ? [] : misspellings(tokens.slice(Math.max(0, start), end), choice);
  });
  const respelled = mentions.flatMap((mention) => respellings(mention, sql));
  // A question that continues another one may have put another order in its place.
  const ordering = new Set(columnsRead(query.orderBy, 'all'));
  const ranked = frame.orders.map((order) => {
    const choice = choices.get(order);
    const isUsed = choice?.kind === 'column' && ordering.has(choice.column);
    return isUsed ? `ranked by ${label(choice.column)}` : null;
  });
  const read = columnsRead(query, 'all');
  const derived = [...read.map(lineAmountSaid), ...read.map(elapsedSaid)];
  const said = [...misspelled, ...respelled, emptyGroupsSaid(query), ...derived, ...ranked];
  return [...new Set([...said, ...(query.assumed ?? [])])].filter((text) => text !== null);
}

/** "custmer" for `customers`: what was guessed has to be told. */
function misspellings(
  tokens: readonly { readonly text: string; readonly lemma: string }[],
  choice: Choice,
): readonly string[] {
  if (choice.kind === 'value') return [];
  const { words } = choice.kind === 'table' ? choice.table : choice.column;
  const name = choice.kind === 'table' ? choice.table.table.name : choice.column.column.name;
  const known = [...words, ...choice.table.words];
  return tokens
    .filter(
      ({ lemma }) => !known.includes(lemma) && known.some((word) => isMisspelled(lemma, word)),
    )
    .map(({ text }) => `"${text}" read as ${name}`);
}

/** "canceled" for a stored `cancelled`: the statement says which of the spellings was taken. */
function respellings({ text, values }: Mention, sql: string): readonly string[] {
  return values
    .filter(({ match, value }) => match === 'respelled' && sql.includes(quoteText(value)))
    .map(({ value }) => `"${text}" read as "${value}", as it is stored`);
}

function emptyGroupsSaid({ from, summarizedBy, select }: LogicalQuery): string | null {
  const counted = from.joins[0]?.table.table.name;
  const isCount = select.some(({ expression: { kind } }) => kind === 'aggregate');
  const isListed = from.isOuter === true && summarizedBy === undefined && isCount;
  if (!isListed || counted === undefined) return null;
  return `${from.root.table.name} without any of ${counted} are listed with 0`;
}

function label({ table, column }: ColumnModel): string {
  return `${table.table.name}.${column.name}`;
}
